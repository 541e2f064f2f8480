# ruff: noqa: N802, ARG002 - methods are named and called by the service
"""The engine's ResourceProvider service over `Provider`.

It speaks the protocol itself: `pulumi.provider.experimental` passes neither the old inputs to a diff nor an
error without a traceback.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto.plugin_pb2 import PluginInfo
from pulumi.runtime.proto.provider_pb2_grpc import (
    ResourceProviderServicer,
    add_ResourceProviderServicer_to_server,
)

from rehearsal.aws import conform, sdk
from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.detailed_diff import difference
from rehearsal.aws.faults import Fault, Faults
from rehearsal.aws.functions import invoke
from rehearsal.aws.partial_failure import PartialFailure
from rehearsal.aws.provider import (
    Provider,
    ProviderError,
    UnfinishedError,
    is_unfinished,
    secrets_of,
)
from rehearsal.aws.unsteady import UnsteadyApi
from rehearsal.aws.wire import pack, secrets_in, unpack

VERSION = "7.51.1"
Call = grpc.ServicerContext
_T = TypeVar("_T")


class Servicer(ResourceProviderServicer):
    """Serves one provider resource of one engine with what the account holds."""

    def __init__(self, account: Api) -> None:
        self._account = account
        self._configured: Provider | None = None

    def register(self, server: grpc.Server) -> None:
        add_ResourceProviderServicer_to_server(self, server)

    def GetPluginInfo(self, request: Empty, context: Call) -> PluginInfo:
        return PluginInfo(version=VERSION)

    def CheckConfig(self, request: messages.CheckRequest, context: Call) -> messages.CheckResponse:
        settings = _settings(unpack(request.news))
        wrong = conform.problems(settings, sdk.provider_settings())
        return messages.CheckResponse(inputs=request.news, failures=_failures(list(wrong)))

    def DiffConfig(self, request: messages.DiffRequest, context: Call) -> messages.DiffResponse:
        """No setting of a provider replaces its resources but the region, as with the real one."""
        old, new = _settings(unpack(request.olds)), _settings(unpack(request.news))
        changed = [key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)]
        return messages.DiffResponse(
            changes=messages.DiffResponse.DIFF_SOME if changed else messages.DiffResponse.DIFF_NONE,
            diffs=changed,
            replaces=[key for key in changed if key == "region"],
        )

    def Configure(self, request: messages.ConfigureRequest, context: Call) -> messages.ConfigureResponse:
        settings = _settings(unpack(request.args))
        region = settings.get("region")
        if not region:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "aws:region is not set")
        tags = settings.get("defaultTags", {}).get("tags", {})
        self._configured = Provider(self._account.in_region(region), tags)
        return messages.ConfigureResponse(supportsPreview=True, acceptSecrets=True)

    def Check(self, request: messages.CheckRequest, context: Call) -> messages.CheckResponse:
        def check() -> messages.CheckResponse:
            token, name = _type_and_name(request.urn)
            inputs, wrong = self._provider.check(
                token, name, unpack(request.olds), unpack(request.news), request.randomSeed
            )
            return messages.CheckResponse(
                inputs=pack(inputs, secrets_in(request.news)), failures=_failures(wrong)
            )

        return _told(context, check)

    def Diff(self, request: messages.DiffRequest, context: Call) -> messages.DiffResponse:
        def diff() -> messages.DiffResponse:
            old, new = unpack(request.old_inputs), unpack(request.news)
            change = self._provider.diff(_type_and_name(request.urn)[0], old, new)
            return difference(change, old, new, unfinished=is_unfinished(unpack(request.olds)))

        return _told(context, diff)

    def Create(self, request: messages.CreateRequest, context: Call) -> messages.CreateResponse:
        def create() -> messages.CreateResponse:
            token, inputs = _type_and_name(request.urn)[0], unpack(request.properties)
            secrets = secrets_in(request.properties) | secrets_of(token)
            if request.preview:
                known = self._provider.preview_create(token, inputs)
                return messages.CreateResponse(properties=pack(known, secrets))
            try:
                id, state = self._acting(request.urn, "create").create(token, inputs)
                self._time_out(request.urn, token, id)
            except UnfinishedError as error:
                state = self._provider.unfinished(token, error.id, inputs)
                words = f"{error}\nIt is in the account and in the state: the next update goes on with it."
                raise PartialFailure(words, error.id, pack(state, secrets), request.properties) from error
            return messages.CreateResponse(id=id, properties=pack(state, secrets))

        return _told(context, create)

    def Update(self, request: messages.UpdateRequest, context: Call) -> messages.UpdateResponse:
        def update() -> messages.UpdateResponse:
            token = _type_and_name(request.urn)[0]
            state, old, new = unpack(request.olds), unpack(request.old_inputs), unpack(request.news)
            if request.preview:
                state = self._provider.preview_update(token, state, old, new)
            else:
                try:
                    state = self._acting(request.urn, "update").update(token, request.id, state, old, new)
                except ProviderError as error:
                    if not is_unfinished(state):
                        raise
                    raise ProviderError(
                        f"{error}\nTo make it anew: pulumi up --replace '{request.urn}'"
                    ) from error
            secrets = secrets_in(request.news) | secrets_of(token)
            return messages.UpdateResponse(properties=pack(state, secrets))

        return _told(context, update)

    def Read(self, request: messages.ReadRequest, context: Call) -> messages.ReadResponse:
        def read() -> messages.ReadResponse:
            token = _type_and_name(request.urn)[0]
            found = self._acting(request.urn, "read").read(
                token, request.id, unpack(request.properties), unpack(request.inputs)
            )
            if found is None:
                return messages.ReadResponse()
            state, inputs = found
            secrets = secrets_in(request.properties, request.inputs) | secrets_of(token)
            return messages.ReadResponse(
                id=request.id, properties=pack(state, secrets), inputs=pack(inputs, secrets)
            )

        return _told(context, read)

    def Delete(self, request: messages.DeleteRequest, context: Call) -> Empty:
        def delete() -> Empty:
            token = _type_and_name(request.urn)[0]
            self._acting(request.urn, "delete").delete(token, request.id, unpack(request.properties))
            return Empty()

        return _told(context, delete)

    def Invoke(self, request: messages.InvokeRequest, context: Call) -> messages.InvokeResponse:
        def call() -> messages.InvokeResponse:
            answer = messages.InvokeResponse()
            getattr(answer, "return").CopyFrom(
                pack(invoke(request.tok, self._provider.api, unpack(request.args)))
            )
            return answer

        return _told(context, call)

    def Cancel(self, request: Empty, context: Call) -> Empty:
        return Empty()

    def _acting(self, urn: str, verb: str) -> Provider:
        """The provider for one operation, which faults may strike."""
        faults = Faults.of_this_account()
        if not faults.rates:
            return self._provider
        return replace(self._provider, api=UnsteadyApi.over(self._provider.api, faults, urn, verb))

    def _time_out(self, urn: str, token: str, id: str) -> None:
        if Faults.of_this_account().strikes(Fault.TIMEOUT_AFTER_SUCCESS, urn):
            late = "timeout while waiting for state to become 'available' (last state: 'pending')"
            raise UnfinishedError(f"creating {token} {id}: {late}", id)

    @property
    def _provider(self) -> Provider:
        if self._configured is None:
            raise ProviderError("the provider is not configured yet")
        return self._configured


def _told(context: Call, answer: Callable[[], _T]) -> _T:
    """The answer, or what went wrong in words that the engine shows as they are."""
    try:
        return answer()
    except PartialFailure as failure:
        context.abort_with_status(failure.status)
    except (ProviderError, ApiError) as error:
        context.abort(grpc.StatusCode.UNKNOWN, str(error))


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    """A provider's settings; the engine sends all that are not strings as JSON."""
    return {
        name: _parsed(value)
        if isinstance(value, str) and sdk.provider_settings().get(name) is not str
        else value
        for name, value in given.items()
        if name != "version"
    }


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _type_and_name(urn: str) -> tuple[str, str]:
    """urn:pulumi:stack::project::parent$type::name"""
    _, _, types, name = urn.split("::", maxsplit=3)
    return types.rpartition("$")[2], name


def _failures(wrong: list[tuple[str, str]]) -> list[messages.CheckFailure]:
    return [messages.CheckFailure(property=path, reason=f"{path}: {words}") for path, words in wrong]

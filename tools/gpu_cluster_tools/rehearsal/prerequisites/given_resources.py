"""Resources that a stack takes to be there: principals, secrets, images, reserved servers."""

from gpu_cluster.capacity import pools_of
from gpu_cluster.config.eks import AccessPolicy, EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.aws.handlers.ec2.capacity_reservations import CapacityReservation

_PODS = "pods.eks.amazonaws.com"


def admit_principals(account: Account, stack: Stack, permissions: tuple[str, ...]) -> None:
    """Create the principals that the stack names in its account; `permissions` are the policies of the
    deployer."""
    for arn in taken_to_be_there(stack) - {account.principal}:
        account.admit(arn)
    for arn in addon_roles(stack):
        account.admit(arn, trusted=_PODS)
    account.admit(account.principal, permissions)


def taken_to_be_there(stack: Stack) -> set[str]:
    """ARNs of roles, users, policies and secrets outside the stack, except roles of add-ons."""
    settings = stack.cluster
    access = settings.access.values() if isinstance(settings, EksSettings) else ()
    principals = {each.principal for each in access}
    members = {it for team in stack.teams.values() for it in team.members if it.startswith("arn:")}
    boundary = settings.iam.permissions_boundary if isinstance(settings, EksSettings) else None
    limits = {boundary} if boundary and ":iam::aws:" not in boundary else set[str]()
    return principals | members | limits | set(stack.registry.credentials.values())


def addon_roles(stack: Stack) -> set[str]:
    """ARNs of the roles that the stack file gives to add-ons."""
    settings = stack.cluster
    addons = settings.addons.values() if isinstance(settings, EksSettings) else ()
    return {role for addon in addons for role in addon.pod_identity.values()}


def own_images(stack: Stack) -> dict[str, str]:
    """Architectures of images that pools name, by id: of the instance types that start with them."""
    names = {"amd64": "x86_64", "arm64": "arm64"}
    pools = pools_of(stack)
    return {
        settings.ami.id: names[pools[key].server.architecture]
        for key, settings in stack.pools.items()
        if settings.ami.id
    }


def reservations(stack: Stack) -> list[CapacityReservation]:
    """Servers that pools say are reserved for them."""
    pools = pools_of(stack)
    return [
        CapacityReservation(reserved.id, pools[key].machine, reserved.zone, reserved.count)
        for key, settings in stack.pools.items()
        if (reserved := settings.capacity.reserved)
    ]


def deployer(settings: EksSettings) -> str | None:
    """Principal that runs the engine: the first cluster administrator."""
    admins = (each for each in settings.access.values() if each.policy is AccessPolicy.CLUSTER_ADMIN)
    return next((each.principal for each in admins), None)

package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// A language: its generator, and the command that runs a program.
type language struct {
	generate func(*schema.Package, *pulumirpc.GeneratePackageRequest, schema.ReferenceLoader) (map[string][]byte, error)
	command  func(*pulumirpc.RunRequest, string) (*exec.Cmd, error)
}

var languages = map[string]language{
	"go":     {generate: generateGo, command: runGo},
	"nodejs": {generate: generateNode, command: runNode},
}

type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	language language
	engine   string
}

func (h *host) Handshake(
	_ context.Context, request *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	h.engine = request.EngineAddress
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

// Set by the linker: the version of the generators.
var version string

// The engine loads plugins when a program registers resources that need them.
func (h *host) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

func (h *host) GeneratePackage(
	_ context.Context, request *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	client, err := schema.NewLoaderClient(request.LoaderTarget)
	if err != nil {
		return nil, err
	}
	loader := schema.NewCachedLoader(client)
	var spec schema.PackageSpec
	if err := json.Unmarshal([]byte(request.Schema), &spec); err != nil {
		return nil, err
	}
	bound, diagnostics, err := schema.BindSpec(spec, loader, schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	answer := &pulumirpc.GeneratePackageResponse{Diagnostics: plugin.HclDiagnosticsToRPCDiagnostics(diagnostics)}
	if diagnostics.HasErrors() {
		return answer, nil
	}
	files, err := h.language.generate(bound, request, loader)
	if err != nil {
		return nil, err
	}
	return answer, write(request.Directory, files)
}

func (h *host) Run(ctx context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	program, err := h.language.command(request, h.engine)
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	program.Stdout, program.Stderr = os.Stdout, os.Stderr
	configuration, err := json.Marshal(request.Config)
	if err != nil {
		return nil, err
	}
	secrets, err := json.Marshal(request.ConfigSecretKeys)
	if err != nil {
		return nil, err
	}
	program.Env = append(program.Environ(),
		"PULUMI_CONFIG="+string(configuration), "PULUMI_CONFIG_SECRET_KEYS="+string(secrets))
	if err := program.Start(); err != nil {
		return nil, err
	}
	end := context.AfterFunc(ctx, func() { _ = program.Process.Kill() })
	defer end()
	var exit *exec.ExitError
	err = program.Wait()
	if errors.As(err, &exit) && exit.ExitCode() == alreadyExplained {
		return &pulumirpc.RunResponse{Bail: true}, nil
	}
	if err != nil {
		return &pulumirpc.RunResponse{Error: "the program ended: " + err.Error()}, nil
	}
	return &pulumirpc.RunResponse{}, nil
}

// A program that exits with this has shown its error itself.
const alreadyExplained = 32

func write(folder string, files map[string][]byte) error {
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

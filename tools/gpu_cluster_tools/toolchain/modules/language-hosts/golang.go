package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func generateGo(
	bound *schema.Package, request *pulumirpc.GeneratePackageRequest, _ schema.ReferenceLoader,
) (map[string][]byte, error) {
	return gogen.GeneratePackage("pulumi-language-go", bound, request.LocalDependencies)
}

func runGo(request *pulumirpc.RunRequest, engine string) (*exec.Cmd, error) {
	folder, err := os.MkdirTemp("", "pulumi-go-")
	if err != nil {
		return nil, err
	}
	build := exec.Command("go", "build", "-o", folder+"/program", ".")
	build.Dir = request.Info.ProgramDirectory
	if told, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, told)
	}
	program := exec.Command(folder + "/program")
	program.Dir = request.Info.ProgramDirectory
	program.Env = append(os.Environ(),
		"PULUMI_ORGANIZATION="+request.Organization, "PULUMI_PROJECT="+request.Project,
		"PULUMI_ROOT_DIRECTORY="+request.Info.RootDirectory, "PULUMI_STACK="+request.Stack,
		"PULUMI_PARALLEL="+strconv.Itoa(int(request.Parallel)),
		"PULUMI_DRY_RUN="+strconv.FormatBool(request.DryRun),
		"PULUMI_MONITOR="+request.MonitorAddress, "PULUMI_ENGINE="+engine)
	return program, nil
}

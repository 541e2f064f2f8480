package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func generateNode(
	bound *schema.Package, request *pulumirpc.GeneratePackageRequest, loader schema.ReferenceLoader,
) (map[string][]byte, error) {
	return nodejs.GeneratePackage(
		"pulumi-language-nodejs", bound, request.ExtraFiles, request.LocalDependencies, request.Local, loader)
}

// The runner of the program's own @pulumi/pulumi.
func runNode(request *pulumirpc.RunRequest, engine string) (*exec.Cmd, error) {
	runner := filepath.Join(request.Info.ProgramDirectory, "node_modules/@pulumi/pulumi/cmd/run")
	arguments := []string{
		runner, "--monitor", request.MonitorAddress, "--engine", engine, "--sync", "",
		"--organization", request.Organization, "--root-directory", request.Info.RootDirectory,
		"--project", request.Project, "--stack", request.Stack, "--pwd", request.Info.ProgramDirectory,
		"--parallel", strconv.Itoa(int(request.Parallel)),
	}
	if request.DryRun {
		arguments = append(arguments, "--dry-run")
	}
	program := exec.Command("node", append(arguments, request.Info.EntryPoint)...)
	program.Env = append(os.Environ(), "PULUMI_NODEJS_TYPESCRIPT=true")
	program.Dir = request.Info.ProgramDirectory
	return program, nil
}

// The Kubernetes provider plugin, built from its module: the published one is only a download away from its vendor.
package main

import (
	_ "embed"
	"os"
	"time"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

// The builder copies both files here from the provider's module.
var (
	//go:embed schema.json
	schema []byte
	//go:embed terraform-mapping.json
	terraformMapping []byte
)

func main() {
	go endWithParent(os.Getppid())
	provider.Serve("kubernetes", version.Version, schema, terraformMapping)
}

// An engine that was killed cannot end its providers; by itself one would go on for minutes.
func endWithParent(parent int) {
	for os.Getppid() == parent {
		time.Sleep(time.Second)
	}
	os.Exit(1)
}

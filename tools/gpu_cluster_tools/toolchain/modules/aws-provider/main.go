// The AWS provider of pulumi-aws for a rehearsal: the Terraform provider behind the Pulumi bridge, with the
// types that this project creates.
package main

import (
	"context"
	_ "embed"
	"log"
	"os"
	"time"

	"github.com/hashicorp/terraform-provider-aws/xpprovider"
	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

// Version of pulumi-aws whose SDK the provider serves; the linker sets it.
var Version string

// Empty in the first of the two builds, whose result writes both files for the second.
var (
	//go:embed schema.json
	schema []byte
	//go:embed bridge-metadata.json
	metadata []byte
)

func main() {
	ctx := context.Background()
	info, err := providerInfo(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if len(os.Args) > 1 && os.Args[1] == "schema" {
		writeSchema(info)
		return
	}
	go endWithParent(os.Getppid())
	pf.MainWithMuxer(ctx, "aws", info, schema)
}

// The module of the provider is a copied tree, of which the generator of schemas would ask for documentation.
func writeSchema(info tfbridge.ProviderInfo) {
	os.Setenv("PULUMI_SKIP_MISSING_MAPPING_ERROR", "true")
	os.Setenv("PULUMI_SKIP_PROVIDER_MAP_ERROR", "true")
	tfgen.MainWithMuxer("aws", info)
}

func providerInfo(ctx context.Context) (tfbridge.ProviderInfo, error) {
	framework, sdk, err := xpprovider.GetProvider(ctx)
	if err != nil {
		return tfbridge.ProviderInfo{}, err
	}
	info := tfbridge.ProviderInfo{
		P:                pf.MuxShimWithPF(ctx, shimv2.NewProvider(sdk), framework),
		Name:             "aws",
		Version:          Version,
		UpstreamRepoPath: ".",
		Config:           config(),
		Resources:        resources(),
		DataSources:      dataSources(),
		MetadataInfo:     tfbridge.NewProviderMetadata(metadata),
	}
	info.SetAutonaming(longestName, separator)
	leaveTagsOfProvider(info)
	return info, nil
}

// A program sets the tags of a resource; those that it has together with the provider's are an output.
func leaveTagsOfProvider(info tfbridge.ProviderInfo) {
	for name, resource := range info.Resources {
		if _, ok := info.P.ResourcesMap().Get(name).Schema().GetOk("tags_all"); !ok {
			continue
		}
		if resource.Fields == nil {
			resource.Fields = make(map[string]*tfbridge.SchemaInfo)
		}
		resource.Fields["tags_all"] = &tfbridge.SchemaInfo{MarkAsComputedOnly: tfbridge.True()}
	}
}

// An engine that was killed cannot end its providers; by itself one would go on for minutes.
func endWithParent(parent int) {
	for os.Getppid() == parent {
		time.Sleep(time.Second)
	}
	os.Exit(1)
}

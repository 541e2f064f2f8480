package main

import (
	"context"
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

const (
	separator   = "-"
	longestName = 255 // of a resource for which nothing shorter is said
	random      = 7   // characters that an automatic name ends with
)

// Provider settings that an account on this machine needs: no metadata service answers, no name resolves to a
// bucket's host, and hosts that begin with the account's id, as those of S3 Control, are the account too.
func config() map[string]*tfbridge.SchemaInfo {
	return map[string]*tfbridge.SchemaInfo{
		"region":                  {Default: &tfbridge.DefaultInfo{EnvVars: []string{"AWS_REGION", "AWS_DEFAULT_REGION"}}},
		"http_proxy":              {Default: &tfbridge.DefaultInfo{EnvVars: []string{"AWS_ENDPOINT_URL"}}},
		"skip_metadata_api_check": {Type: "boolean", Default: &tfbridge.DefaultInfo{Value: true}},
		"s3_use_path_style":       {Default: &tfbridge.DefaultInfo{Value: true}},
	}
}

// Names, limits of automatic names and forms of documents as in pulumi-aws 7.51
// (pulumi/pulumi-aws, provider/resource_overrides.go and provider/autonaming.go, read 2026-11-28).
func resources() map[string]*tfbridge.ResourceInfo {
	table := make(map[string]*tfbridge.ResourceInfo)
	for name, token := range resourceTokens {
		table[name] = &tfbridge.ResourceInfo{Tok: tokens.Type("aws:" + token), Fields: fields[name]}
	}
	for name, property := range newerProperties {
		table[name].PreCheckCallback = without(property)
	}
	for _, name := range deletedBeforeReplacement {
		table[name].DeleteBeforeReplace = true
	}
	table["aws_cloudwatch_log_group"].IDFields = []string{"name"}
	return table
}

func dataSources() map[string]*tfbridge.DataSourceInfo {
	table := make(map[string]*tfbridge.DataSourceInfo)
	for name, token := range functionTokens {
		table[name] = &tfbridge.DataSourceInfo{Tok: tokens.ModuleMember("aws:" + token)}
	}
	return table
}

var fields = map[string]map[string]*tfbridge.SchemaInfo{
	"aws_cloudwatch_event_rule":   {"name": tfbridge.AutoName("name", 64, separator)},
	"aws_cloudwatch_event_target": {"target_id": tfbridge.AutoName("targetId", longestName, separator)},
	"aws_cloudwatch_metric_alarm": {"alarm_name": tfbridge.AutoName("name", longestName, separator)},
	"aws_default_security_group":  {"ingress": {Name: "ingress"}, "egress": {Name: "egress"}},
	"aws_ecr_lifecycle_policy":    {"policy": document()},
	"aws_ecr_registry_policy":     {"policy": document()},
	"aws_ecr_repository_policy":   {"policy": document()},
	"aws_efs_file_system":         {"creation_token": tfbridge.AutoName("creationToken", longestName, separator)},
	"aws_eks_cluster":             {"certificate_authority": {Name: "certificateAuthority", MaxItemsOne: tfbridge.True()}},
	"aws_eks_node_group":          {"node_group_name": tfbridge.AutoName("nodeGroupName", longestName, separator)},
	"aws_iam_policy":              {"policy": document()},
	"aws_iam_role": {
		"name":               tfbridge.AutoName("name", 64, separator),
		"assume_role_policy": document(),
	},
	"aws_iam_role_policy":            {"policy": document()},
	"aws_iam_role_policy_attachment": {"policy_arn": {Name: "policyArn"}},
	"aws_iam_user_policy_attachment": {"policy_arn": {Name: "policyArn"}},
	"aws_kms_alias": {"name": tfbridge.AutoNameWithCustomOptions("name", tfbridge.AutoNameOptions{
		Separator: separator, Maxlen: 238, Randlen: random, PostTransform: beginning("alias/"),
	})},
	"aws_s3_bucket":        {"bucket": tfbridge.AutoNameTransform("bucket", 63, strings.ToLower), "policy": document()},
	"aws_s3_bucket_policy": {"policy": document()},
	"aws_security_group": {
		"description": {Default: &tfbridge.DefaultInfo{Value: "Managed by Pulumi"}},
		"ingress":     {Name: "ingress"},
		"egress":      {Name: "egress"},
	},
	"aws_sns_topic":              {"name": endingAsFifo("fifoTopic")},
	"aws_sns_topic_policy":       {"policy": document()},
	"aws_sns_topic_subscription": {"topic_arn": {Name: "topic"}},
	"aws_sqs_queue":              {"name": endingAsFifo("fifoQueue")},
	"aws_sqs_queue_policy":       {"policy": document()},
}

var deletedBeforeReplacement = []string{
	"aws_ecr_lifecycle_policy",
	"aws_efs_mount_target",
	"aws_iam_role_policy_attachment",
	"aws_iam_user_policy_attachment",
}

// Properties of pulumi-aws 7.51 that this version of the Terraform provider does not have: the account never
// sees them.
var newerProperties = map[string]resource.PropertyKey{
	"aws_eks_cluster": "kubeSchedulerConfig",
}

func without(property resource.PropertyKey) tfbridge.PreCheckCallback {
	return func(_ context.Context, inputs, _ resource.PropertyMap) (resource.PropertyMap, error) {
		kept := inputs.Copy()
		delete(kept, property)
		return kept, nil
	}
}

func document() *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Type: "string", Transform: tfbridge.TransformJSONDocument}
}

func beginning(prefix string) func(*tfbridge.PulumiResource, string) (string, error) {
	return func(_ *tfbridge.PulumiResource, name string) (string, error) {
		return prefix + strings.TrimPrefix(name, prefix), nil
	}
}

func endingAsFifo(property resource.PropertyKey) *tfbridge.SchemaInfo {
	return tfbridge.AutoNameWithCustomOptions("name", tfbridge.AutoNameOptions{
		Separator: separator, Maxlen: 80, Randlen: random,
		PostTransform: func(named *tfbridge.PulumiResource, name string) (string, error) {
			if fifo := named.Properties[property]; fifo.IsBool() && fifo.BoolValue() {
				return name + ".fifo", nil
			}
			return name, nil
		},
	})
}

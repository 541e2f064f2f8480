import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/aws/provider";
import { Key } from "@pulumi/aws/kms";
import { EcrRegistry, EksCluster, Network, NodeGroups } from "@pulumi/gpu-cluster";

const account = "123456789012";
const region = "eu-central-1";
const zones = ["eu-central-1a", "eu-central-1b"];
const provider = new Provider("account", { region });
const options: pulumi.ComponentResourceOptions = { providers: [provider] };

const key = new Key("key", {
    enableKeyRotation: true,
    policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            { Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:*", Resource: "*" },
            { Effect: "Allow", Principal: { Service: `logs.${region}.amazonaws.com` }, Action: "kms:*", Resource: "*" },
        ],
    }),
}, { provider });
const registry = new EcrRegistry("registry", {
    settings: { repositories: { "vision/api": { readers: ["210987654321"] } } },
    account, region,
    key: key.arn,
    protect: false,
}, options);
const settings = { zones };
const network = new Network("network", { settings, account, region, logsKey: key.arn, protect: false }, options);
const stack = {
    "aws:region": region,
    cluster: {
        provider: "eks", account, version: "1.35",
        access: { deploy: { principal: `arn:aws:iam::${account}:role/rehearsal`, policy: "cluster-admin" } },
    },
    network: settings,
    pools: { system: { instance: "m7i.large", nodes: 2 }, l4: { instance: "g6.xlarge", nodes: { min: 0, max: 4 } } },
};
const cluster = new EksCluster("cluster", {
    stack,
    vpcId: network.vpcId,
    cidrs: ["10.0.0.0/16"],
    subnets: network.controlPlane,
    clusterKey: key.arn,
    logsKey: key.arn,
    protect: false,
}, { ...options, dependsOn: [registry] });
const nodes = new NodeGroups("nodes", {
    stack,
    clusterName: cluster.clusterName,
    subnets: Object.fromEntries(zones.map(zone => [zone, network.private.apply(it => it[zone])])),
    securityGroup: cluster.securityGroupId,
    volumesKey: key.arn,
}, { ...options, parent: new pulumi.ComponentResource("example:index:Group", "group") });
export const url = registry.urls["vision/api"];
export const groups = nodes.names;
export const kubeconfig = cluster.kubeconfig;

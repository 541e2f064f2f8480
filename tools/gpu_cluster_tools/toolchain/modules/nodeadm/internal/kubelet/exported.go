package kubelet

import (
	"fmt"

	"github.com/awslabs/amazon-eks-ami/nodeadm/internal/api"
	"github.com/awslabs/amazon-eks-ami/nodeadm/internal/aws/imds"
	"github.com/awslabs/amazon-eks-ami/nodeadm/internal/system"
)

// Generated is the kubelet's configuration file and its arguments, which nodeadm would write below /etc.
type Generated struct {
	Config any
	Flags  []string
}

// Generate works both out as nodeadm does for a server with these resources.
func Generate(cfg *api.NodeConfig, resources system.Resources, client imds.IMDSClient) (*Generated, error) {
	k := &kubelet{resources: resources, imdsClient: client, environment: map[string]string{}, flags: map[string]string{}}
	config, err := k.generateKubeletConfig(cfg)
	if err != nil {
		return nil, err
	}
	var flags []string
	for name, value := range k.flags {
		flags = append(flags, fmt.Sprintf("--%s=%s", name, value))
	}
	return &Generated{Config: config, Flags: append(flags, cfg.Spec.Kubelet.Flags...)}, nil
}

// nodeadm-reader: tells by nodeadm's own code what a server makes of its user data.
//
// It reads a JSON list of servers from stdin and writes a list of answers, in the same order, to stdout.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"slices"
	"sort"

	k8skubelet "k8s.io/kubelet/config/v1beta1"
	"sigs.k8s.io/yaml"

	public "github.com/awslabs/amazon-eks-ami/nodeadm/api"
	"github.com/awslabs/amazon-eks-ami/nodeadm/api/v1alpha1"
	"github.com/awslabs/amazon-eks-ami/nodeadm/internal/api"
	"github.com/awslabs/amazon-eks-ami/nodeadm/internal/aws/imds"
	"github.com/awslabs/amazon-eks-ami/nodeadm/internal/configprovider"
	"github.com/awslabs/amazon-eks-ami/nodeadm/internal/containerd"
	"github.com/awslabs/amazon-eks-ami/nodeadm/internal/kubelet"
	"github.com/awslabs/amazon-eks-ami/nodeadm/internal/system"
	"github.com/awslabs/amazon-eks-ami/nodeadm/internal/util"
)

type server struct {
	InstanceType   string `json:"instanceType"`
	CPUs           int    `json:"cpus"`
	MemoryGiB      int    `json:"memoryGiB"`
	KubeletVersion string `json:"kubeletVersion"`
	UserData       string `json:"userData"`
}

type answer struct {
	Error         string         `json:"error,omitempty"`
	Kubelet       map[string]any `json:"kubelet,omitempty"`
	Flags         []string       `json:"flags,omitempty"`
	LocalStorage  string         `json:"localStorage,omitempty"`
	FastImagePull bool           `json:"fastImagePull"`
}

func main() {
	withoutAccount()
	var servers []server
	if err := json.NewDecoder(os.Stdin).Decode(&servers); err != nil {
		log.Fatal(err)
	}
	answers := make([]answer, len(servers))
	for i, each := range servers {
		read, err := read(each)
		if err != nil {
			read = &answer{Error: err.Error()}
		}
		answers[i] = *read
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		log.Fatal(err)
	}
}

// Of a type that is not in its table nodeadm asks EC2. Nobody answers here, and it takes its default.
func withoutAccount() {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID":         "none",
		"AWS_SECRET_ACCESS_KEY":     "none",
		"AWS_ENDPOINT_URL":          "http://127.0.0.1:9",
		"AWS_EC2_METADATA_DISABLED": "true",
		"AWS_MAX_ATTEMPTS":          "1",
	} {
		if err := os.Setenv(name, value); err != nil {
			log.Fatal(err)
		}
	}
}

func read(it server) (*answer, error) {
	if err := checkKeys([]byte(it.UserData)); err != nil {
		return nil, err
	}
	config, err := configprovider.ParseMaybeMultipart([]byte(it.UserData))
	if err != nil {
		return nil, err
	}
	config.Status.KubeletVersion = it.KubeletVersion
	config.Status.Instance = api.InstanceDetails{
		ID: "i-0123456789abcdef0", Region: "us-east-2", Type: it.InstanceType, AvailabilityZone: "us-east-2a",
		MAC: "0a:00:00:00:00:01", PrivateDNSName: "ip-10-40-16-5.us-east-2.compute.internal",
	}
	if err := api.ValidateNodeConfig(config); err != nil {
		return nil, err
	}
	if err := checkGates(config); err != nil {
		return nil, err
	}
	if err := checkStrategy(config); err != nil {
		return nil, err
	}
	resources := system.NewResources(sysfs(it))
	generated, err := kubelet.Generate(config, resources, metadata())
	if err != nil {
		return nil, err
	}
	merged, err := withOverrides(generated.Config, config.Spec.Kubelet.Config)
	if err != nil {
		return nil, err
	}
	sort.Strings(generated.Flags)
	return &answer{
		Kubelet:       merged,
		Flags:         generated.Flags,
		LocalStorage:  string(config.Spec.Instance.LocalStorage.Strategy),
		FastImagePull: containerd.UseSOCISnapshotter(config, resources),
	}, nil
}

// nodeadm passes over a key that it does not know.
func checkKeys(userData []byte) error {
	for _, document := range documents(userData) {
		if err := yaml.UnmarshalStrict(document, &v1alpha1.NodeConfig{}); err != nil {
			return fmt.Errorf("NodeConfig: %w", err)
		}
	}
	return nil
}

// What is no message is a document itself.
func documents(userData []byte) [][]byte {
	message, err := mail.ReadMessage(bytes.NewReader(userData))
	if err != nil {
		return [][]byte{userData}
	}
	_, parameters, _ := mime.ParseMediaType(message.Header.Get("Content-Type"))
	var found [][]byte
	for parts := multipart.NewReader(message.Body, parameters["boundary"]); ; {
		part, err := parts.NextPart()
		if err != nil {
			return found
		}
		if kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind == "application/"+public.GroupName {
			if content, err := io.ReadAll(part); err == nil {
				found = append(found, content)
			}
		}
	}
}

// nodeadm passes over a gate that it does not know.
func checkGates(config *api.NodeConfig) error {
	for gate := range config.Spec.FeatureGates {
		if !api.IsFeatureEnabled(gate, map[api.Feature]bool{gate: true}) {
			return fmt.Errorf("nodeadm has no feature gate %q", gate)
		}
	}
	return nil
}

// A strategy reaches a script that ends the start of a node where it does not know it.
func checkStrategy(config *api.NodeConfig) error {
	strategy := config.Spec.Instance.LocalStorage.Strategy
	known := []api.LocalStorageStrategy{"", api.LocalStorageRAID0, api.LocalStorageRAID10, api.LocalStorageMount}
	if !slices.Contains(known, strategy) {
		return fmt.Errorf("nodeadm has no strategy %q for local storage", strategy)
	}
	return nil
}

// The user's part is a drop-in of the kubelet, whose keys lie over those that nodeadm works out.
func withOverrides(generated any, overrides api.InlineDocument) (map[string]any, error) {
	merged, err := util.Merge(generated, overrides, json.Marshal, json.Unmarshal)
	if err != nil {
		return nil, err
	}
	document, err := json.Marshal(merged)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&k8skubelet.KubeletConfiguration{}); err != nil {
		return nil, fmt.Errorf("the kubelet's configuration: %w", err)
	}
	return merged, nil
}

// As the kernel tells of processors and memory; memory is in blocks of a GiB.
func sysfs(it server) system.FileSystem {
	files := map[string]string{"/sys/devices/system/memory/block_size_bytes": "40000000"}
	for cpu := range it.CPUs {
		files[fmt.Sprintf("/sys/devices/system/node/node0/cpu%d/online", cpu)] = "1"
	}
	for block := range it.MemoryGiB {
		files[fmt.Sprintf("/sys/devices/system/memory/memory%d/online", block)] = "1"
	}
	return system.FakeFileSystem{Files: files}
}

func metadata() imds.IMDSClient {
	return &imds.FakeIMDSClient{GetPropertyFunc: func(_ context.Context, name imds.IMDSProperty) (string, error) {
		if name == imds.LocalIPv4 {
			return "10.40.16.5", nil
		}
		return "2001:db8::5", nil
	}}
}

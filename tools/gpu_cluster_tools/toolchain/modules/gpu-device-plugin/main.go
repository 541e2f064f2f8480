// Command nvidia-device-plugin registers simulated devices at the kubelet by its device plugin API.
//
// Names of the resources and their numbers are in a file beside the kubelet's socket.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	api "k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1"
)

const (
	devicesFile = "simulated/devices.json" // the kubelet removes files beside its socket, and keeps folders
	timeout     = 10 * time.Second
	poll        = time.Second
)

func main() {
	counts, err := read(filepath.Join(api.DevicePluginPath, devicesFile))
	if err != nil {
		log.Fatal(err)
	}
	ended := make(chan error)
	for resource, count := range counts {
		go func() { ended <- serve(resource, count) }()
	}
	log.Fatal(<-ended)
}

func read(path string) (map[string]int, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	return counts, json.Unmarshal(content, &counts)
}

// serve registers the resource, and once more after each restart of the kubelet, which removes the socket.
func serve(resource string, count int) error {
	socket := filepath.Join(api.DevicePluginPath, strings.ReplaceAll(resource, "/", "_")+".sock")
	for {
		if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
			return err
		}
		listener, err := net.Listen("unix", socket)
		if err != nil {
			return err
		}
		server := grpc.NewServer()
		api.RegisterDevicePluginServer(server, &plugin{resource: resource, count: count})
		go server.Serve(listener) //nolint:errcheck // it ends with its socket
		if err := register(resource, filepath.Base(socket)); err != nil {
			return fmt.Errorf("register %s: %w", resource, err)
		}
		log.Printf("registered %d of %s", count, resource)
		for exists(socket) {
			time.Sleep(poll)
		}
		server.Stop()
	}
}

func register(resource, endpoint string) error {
	connection, err := grpc.NewClient("unix://"+api.KubeletSocket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	_, err = api.NewRegistrationClient(connection).Register(ctx, &api.RegisterRequest{
		Version:      api.Version,
		Endpoint:     endpoint,
		ResourceName: resource,
		Options:      &api.DevicePluginOptions{},
	}, grpc.WaitForReady(true))
	return err
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

type plugin struct {
	api.UnimplementedDevicePluginServer
	resource string
	count    int
}

func (p *plugin) GetDevicePluginOptions(context.Context, *api.Empty) (*api.DevicePluginOptions, error) {
	return &api.DevicePluginOptions{}, nil
}

func (p *plugin) ListAndWatch(_ *api.Empty, stream api.DevicePlugin_ListAndWatchServer) error {
	devices := make([]*api.Device, p.count)
	for number := range devices {
		devices[number] = &api.Device{ID: fmt.Sprintf("GPU-simulated-%d", number), Health: api.Healthy}
	}
	if err := stream.Send(&api.ListAndWatchResponse{Devices: devices}); err != nil {
		return err
	}
	<-stream.Context().Done()
	return nil
}

func (p *plugin) Allocate(_ context.Context, request *api.AllocateRequest) (*api.AllocateResponse, error) {
	response := &api.AllocateResponse{}
	for _, container := range request.ContainerRequests {
		devices := strings.Join(container.DevicesIds, ",")
		response.ContainerResponses = append(response.ContainerResponses, &api.ContainerAllocateResponse{
			Envs: map[string]string{"NVIDIA_VISIBLE_DEVICES": devices},
		})
	}
	return response, nil
}

// Command network-policies enforces NetworkPolicies for the pods of some nodes that share a network namespace,
// by one controller of sigs.k8s.io/kube-network-policies for each node.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

const firstQueue = 100

func main() {
	kubeconfig := flag.String("kubeconfig", "", "file that leads to the cluster")
	nodes := flag.String("nodes", "", "names of the nodes, separated by commas")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := enforce(ctx, *kubeconfig, strings.Split(*nodes, ",")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func enforce(ctx context.Context, kubeconfig string, nodes []string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	failed := make(chan error, len(nodes))
	for number, node := range nodes {
		// Each has its own informers: a controller adds its index to those of pods.
		factory := informers.NewSharedInformerFactory(client, 0)
		controller, err := networkpolicy.NewController(
			client,
			factory.Networking().V1().NetworkPolicies(),
			factory.Core().V1().Namespaces(),
			factory.Core().V1().Pods(),
			nil, nil, nil, nil,
			networkpolicy.Config{
				NodeName:    node,
				QueueID:     firstQueue + number,
				NFTableName: "kube-network-policies-" + node,
				NRIdisabled: true,
			},
		)
		if err != nil {
			return err
		}
		go func() { failed <- controller.Run(ctx) }()
		factory.Start(ctx.Done())
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

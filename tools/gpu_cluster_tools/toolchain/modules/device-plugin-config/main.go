// Configurations as the NVIDIA device plugin reads them: its own parser and types, then the conditions it starts under.
//
// Stdin is a JSON list of `{"config": text, "environment": {name: value}}`. Stdout is a list of the same length:
// `{"config": …}` as the plugin takes it, or `{"error": …}`.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	spec "github.com/NVIDIA/k8s-device-plugin/api/config/v1"
	"github.com/urfave/cli/v2"
	"sigs.k8s.io/yaml"
)

type question struct {
	Config      string            `json:"config"`
	Environment map[string]string `json:"environment"`
}

type answer struct {
	Config *spec.Config `json:"config,omitempty"`
	Error  string       `json:"error,omitempty"`
}

func main() {
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	answers := make([]answer, 0, len(questions))
	for _, each := range questions {
		config, err := read(each)
		if err != nil {
			answers = append(answers, answer{Error: err.Error()})
			continue
		}
		answers = append(answers, answer{Config: config})
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(asked question) (*spec.Config, error) {
	if err := onlyKnownKeys(asked.Config); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "device-plugin-*.yaml")
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := file.WriteString(asked.Config); err != nil {
		return nil, err
	}
	for name, value := range asked.Environment {
		os.Setenv(name, value)
		defer os.Unsetenv(name)
	}

	var config *spec.Config
	plugin := cli.NewApp()
	plugin.Writer, plugin.ErrWriter = io.Discard, io.Discard
	plugin.Flags = flags()
	plugin.Action = func(context *cli.Context) (err error) {
		if config, err = spec.NewConfig(context, plugin.Flags); err != nil {
			return err
		}
		spec.DisableResourceNamingInConfig(config)
		return canStart(config)
	}
	return config, plugin.Run([]string{"nvidia-device-plugin", "--config-file", file.Name()})
}

// Those that the plugin declares in its main package, which no other module may import, with their defaults.
func flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "config-file"},
		&cli.StringFlag{Name: "mig-strategy", Value: spec.MigStrategyNone, EnvVars: []string{"MIG_STRATEGY"}},
		&cli.BoolFlag{Name: "fail-on-init-error", Value: true, EnvVars: []string{"FAIL_ON_INIT_ERROR"}},
		&cli.StringFlag{Name: "driver-root", Value: "/", EnvVars: []string{"NVIDIA_DRIVER_ROOT"}},
		&cli.BoolFlag{Name: "pass-device-specs", EnvVars: []string{"PASS_DEVICE_SPECS"}},
		&cli.StringSliceFlag{
			Name:    "device-list-strategy",
			Value:   cli.NewStringSlice(spec.DeviceListStrategyEnvVar),
			EnvVars: []string{"DEVICE_LIST_STRATEGY"},
		},
		&cli.StringFlag{
			Name: "device-id-strategy", Value: spec.DeviceIDStrategyUUID, EnvVars: []string{"DEVICE_ID_STRATEGY"},
		},
		&cli.BoolFlag{Name: "mofed-enabled", EnvVars: []string{"MOFED_ENABLED"}},
		&cli.StringFlag{Name: "mps-root", EnvVars: []string{"MPS_ROOT"}},
	}
}

func canStart(config *spec.Config) error {
	if _, err := spec.NewDeviceListStrategies(*config.Flags.Plugin.DeviceListStrategy); err != nil {
		return err
	}
	if err := spec.AssertChannelIDsValid(config.Imex.ChannelIDs); err != nil {
		return err
	}
	mig := *config.Flags.MigStrategy
	switch mig {
	case spec.MigStrategyNone, spec.MigStrategySingle, spec.MigStrategyMixed:
	default:
		return fmt.Errorf("unknown MIG strategy: %s", mig)
	}
	if config.Sharing.SharingStrategy() != spec.SharingStrategyMPS {
		return nil
	}
	if mig == spec.MigStrategyMixed {
		return errors.New("MPS is not supported with MIG strategy mixed")
	}
	if root := config.Flags.MpsRoot; root == nil || *root == "" {
		return errors.New("MPS needs an MPS root")
	}
	return nil
}

// The plugin itself passes over keys that it does not know: a misspelled one would silently do nothing.
func onlyKnownKeys(text string) error {
	var document any
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		return err
	}
	if unknown := unknownKey(document, reflect.TypeFor[spec.Config](), nil); unknown != "" {
		return fmt.Errorf("unknown key: %s", unknown)
	}
	return nil
}

func unknownKey(value any, kind reflect.Type, path []string) string {
	for kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	switch given := value.(type) {
	case []any:
		if kind.Kind() != reflect.Slice {
			return ""
		}
		for _, each := range given {
			if unknown := unknownKey(each, kind.Elem(), path); unknown != "" {
				return unknown
			}
		}
	case map[string]any:
		known := fields(kind)
		for key, each := range given {
			here := append(path, key)
			if known == nil {
				return ""
			}
			field, exists := known[key]
			if !exists {
				return strings.Join(here, ".")
			}
			if unknown := unknownKey(each, field, here); unknown != "" {
				return unknown
			}
		}
	}
	return ""
}

// Types by key of JSON; nil for what is no structure, or one that is not written as an object.
func fields(kind reflect.Type) map[string]reflect.Type {
	if kind.Kind() != reflect.Struct {
		return nil
	}
	found := map[string]reflect.Type{}
	for index := range kind.NumField() {
		field := kind.Field(index)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name != "":
			found[name] = field.Type
		case field.Anonymous:
			for name, kind := range fields(field.Type) {
				found[name] = kind
			}
		default:
			return nil
		}
	}
	return found
}

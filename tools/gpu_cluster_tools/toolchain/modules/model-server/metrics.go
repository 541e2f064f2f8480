package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Names, labels and buckets of vLLM (vllm/v1/metrics/loggers.py).
var (
	toFirstToken = []float64{0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560}
	betweenToken = []float64{0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80}
	wholeRequest = []float64{0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680}
)

const blockSize = 16 // tokens of a block of the KV cache

type histogram struct {
	name, help string
	bounds     []float64
	counts     []int
	count      int
	sum        float64
}

func (h *histogram) observe(value float64) {
	for index, bound := range h.bounds {
		if value <= bound {
			h.counts[index]++
		}
	}
	h.count++
	h.sum += value
}

func (h *histogram) write(to io.Writer, labels string) {
	fmt.Fprintf(to, "# HELP %s %s\n# TYPE %s histogram\n", h.name, h.help, h.name)
	for index, bound := range h.bounds {
		fmt.Fprintf(to, "%s_bucket{%s,le=\"%g\"} %d\n", h.name, labels, bound, h.counts[index])
	}
	fmt.Fprintf(to, "%s_bucket{%s,le=\"+Inf\"} %d\n", h.name, labels, h.count)
	fmt.Fprintf(to, "%s_sum{%s} %g\n%s_count{%s} %d\n", h.name, labels, h.sum, h.name, labels, h.count)
}

type metrics struct {
	mutex                             sync.Mutex
	running, waiting                  int
	sequences, context                int
	prompt, generation                int
	success                           map[string]int
	first, between, whole, inTheQueue *histogram
}

func newMetrics(sequences, context int) *metrics {
	made := func(name, help string, bounds []float64) *histogram {
		return &histogram{name: "vllm:" + name, help: help, bounds: bounds, counts: make([]int, len(bounds))}
	}
	return &metrics{
		sequences:  sequences,
		context:    context,
		success:    map[string]int{"stop": 0, "length": 0, "abort": 0},
		first:      made("time_to_first_token_seconds", "Histogram of time to first token in seconds.", toFirstToken),
		between:    made("inter_token_latency_seconds", "Histogram of inter-token latency in seconds.", betweenToken),
		whole:      made("e2e_request_latency_seconds", "Histogram of e2e request latency in seconds.", wholeRequest),
		inTheQueue: made("request_queue_time_seconds", "Histogram of time spent in WAITING phase for request.", wholeRequest),
	}
}

func (m *metrics) change(running, waiting int) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.running += running
	m.waiting += waiting
}

func (m *metrics) queued(since time.Time) { m.seen(m.inTheQueue, since) }

func (m *metrics) seen(in *histogram, since time.Time) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	in.observe(time.Since(since).Seconds())
}

func (m *metrics) finished(reason string, prompt, generation int, since time.Time) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.success[reason]++
	m.prompt += prompt
	m.generation += generation
	m.whole.observe(time.Since(since).Seconds())
}

func (m *metrics) write(to io.Writer, model string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	labels := fmt.Sprintf("engine=\"0\",model_name=%q", model)
	single := func(name, kind, help string, value float64) {
		fmt.Fprintf(to, "# HELP vllm:%s %s\n# TYPE vllm:%s %s\nvllm:%s{%s} %g\n", name, help, name, kind, name, labels, value)
	}
	single("num_requests_running", "gauge", "Number of requests in model execution batches.", float64(m.running))
	single("num_requests_waiting", "gauge", "Number of requests waiting to be processed.", float64(m.waiting))
	single("kv_cache_usage_perc", "gauge", "KV-cache usage. 1 means 100 percent usage.", float64(m.running)/float64(m.sequences))
	cache := fmt.Sprintf("block_size=\"%d\",engine=\"0\",num_gpu_blocks=\"%d\"", blockSize, m.sequences*m.context/blockSize)
	fmt.Fprintf(to, "# HELP vllm:cache_config_info Information of the LLMEngine CacheConfig\n# TYPE vllm:cache_config_info gauge\nvllm:cache_config_info{%s} 1\n", cache)
	single("prompt_tokens_total", "counter", "Number of prefill tokens processed.", float64(m.prompt))
	single("generation_tokens_total", "counter", "Number of generation tokens processed.", float64(m.generation))
	fmt.Fprint(to, "# HELP vllm:request_success_total Count of successfully processed requests.\n# TYPE vllm:request_success_total counter\n")
	for _, reason := range []string{"abort", "length", "stop"} {
		fmt.Fprintf(to, "vllm:request_success_total{%s,finished_reason=%q} %d\n", labels, reason, m.success[reason])
	}
	for _, each := range []*histogram{m.first, m.between, m.whole, m.inTheQueue} {
		each.write(to, labels)
	}
}

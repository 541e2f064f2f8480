// libnvidia-ml.so.1 for machines without GPUs: the functions that NVIDIA's device plugin calls.
//
// The GPUs, their MIG profiles and MIG devices are in a text file, and XID errors that occur are lines
// that another program adds to a second file. Types are those of NVIDIA's nvml.h.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define NVML_NO_UNVERSIONED_FUNC_DEFS
#include "nvml.h"

#define FOLDER "/var/lib/kubelet/device-plugins/simulated/"
#define MACHINE FOLDER "machine.txt"
#define XIDS FOLDER "xids.txt"
#define CAPABILITIES "/proc/driver/nvidia-caps"

#define GPUS 16
#define PROFILES 16
#define MIGS 128
#define POLL_MS 100

static const unsigned int NO_INSTANCE = 0xFFFFFFFF;

struct profile {
	int gpu, id, slices, instances, memory_mib;
};

// A GPU, or a MIG device whose parent is one. A handle of a GPU instance or of its only compute instance
// points to its MIG device.
struct nvmlDevice_st {
	int minor;
	struct nvmlDevice_st *parent;
	char uuid[64], name[96];
	int memory_mib, major, minor_version;
	int instance, profile;
};

struct nvmlEventSet_st {
	long offset;
	struct nvmlDevice_st *devices[GPUS + MIGS];
	int count;
};

static struct nvmlDevice_st gpus[GPUS], migs[MIGS];
static struct profile profiles[GPUS * PROFILES];
static int gpu_count, mig_count, profile_count;

static struct nvmlDevice_st *gpu_of(int minor) {
	for (int i = 0; i < gpu_count; i++)
		if (gpus[i].minor == minor)
			return &gpus[i];
	return NULL;
}

static const struct profile *profile_of(const struct nvmlDevice_st *gpu, int id) {
	for (int i = 0; i < profile_count; i++)
		if (profiles[i].gpu == gpu->minor && profiles[i].id == id)
			return &profiles[i];
	return NULL;
}

static void read_line(const char *line) {
	struct nvmlDevice_st device = {0};
	struct profile profile;
	int parent;
	if (gpu_count < GPUS && sscanf(line, "gpu %d %63s %d %d.%d %95[^\n]", &device.minor, device.uuid,
			&device.memory_mib, &device.major, &device.minor_version, device.name) == 6) {
		gpus[gpu_count++] = device;
	} else if (profile_count < GPUS * PROFILES && sscanf(line, "profile %d %d %d %d %d", &profile.gpu,
			&profile.id, &profile.slices, &profile.instances, &profile.memory_mib) == 5) {
		profiles[profile_count++] = profile;
	} else if (mig_count < MIGS && sscanf(line, "mig %d %d %d %63s", &parent, &device.instance,
			&device.profile, device.uuid) == 4) {
		device.parent = gpu_of(parent);
		if (device.parent && profile_of(device.parent, device.profile))
			migs[mig_count++] = device;
	}
}

// The kernel driver lists MIG devices in /proc, and the container runtime of NVIDIA shows that to the plugin.
static void show_capabilities(void) {
	if (mig_count == 0 || access(CAPABILITIES, F_OK) == 0)
		return;
	if (mount("nvidia", "/proc/driver", "tmpfs", 0, "mode=0755") || mkdir(CAPABILITIES, 0755)) {
		fprintf(stderr, "nvml: %s: %s\n", CAPABILITIES, strerror(errno));
		return;
	}
	FILE *file = fopen(CAPABILITIES "/mig-minors", "w");
	if (file == NULL)
		return;
	int minor = 1;
	fprintf(file, "config %d\nmonitor %d\n", minor, minor + 1);
	minor += 2;
	for (int i = 0; i < mig_count; i++, minor += 2)
		fprintf(file, "gpu%d/gi%d/access %d\ngpu%d/gi%d/ci0/access %d\n", migs[i].parent->minor,
			migs[i].instance, minor, migs[i].parent->minor, migs[i].instance, minor + 1);
	fclose(file);
}

nvmlReturn_t nvmlInit_v2(void) {
	FILE *file = fopen(MACHINE, "r");
	if (file == NULL)
		return NVML_ERROR_DRIVER_NOT_LOADED;
	char line[256];
	gpu_count = mig_count = profile_count = 0;
	while (fgets(line, sizeof line, file))
		read_line(line);
	fclose(file);
	show_capabilities();
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlShutdown(void) { return NVML_SUCCESS; }

const char *nvmlErrorString(nvmlReturn_t result) {
	return result == NVML_ERROR_DRIVER_NOT_LOADED ? "Driver Not Loaded" : "Error of the simulated NVML";
}

static nvmlReturn_t copy(char *to, unsigned int length, const char *from) {
	if (strlen(from) >= length)
		return NVML_ERROR_INSUFFICIENT_SIZE;
	strcpy(to, from);
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlSystemGetDriverVersion(char *version, unsigned int length) {
	return copy(version, length, "580.95.05");
}

nvmlReturn_t nvmlSystemGetCudaDriverVersion(int *version) {
	*version = 13000;
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int *count) {
	*count = gpu_count;
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *device) {
	if (index >= (unsigned int)gpu_count)
		return NVML_ERROR_INVALID_ARGUMENT;
	device->handle = &gpus[index];
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetHandleByUUID(const char *uuid, nvmlDevice_t *device) {
	for (int i = 0; i < gpu_count + mig_count; i++) {
		struct nvmlDevice_st *found = i < gpu_count ? &gpus[i] : &migs[i - gpu_count];
		if (strcmp(found->uuid, uuid) == 0) {
			device->handle = found;
			return NVML_SUCCESS;
		}
	}
	return NVML_ERROR_NOT_FOUND;
}

nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char *uuid, unsigned int length) {
	return copy(uuid, length, device.handle->uuid);
}

nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t device, char *name, unsigned int length) {
	return copy(name, length, device.handle->parent ? device.handle->parent->name : device.handle->name);
}

nvmlReturn_t nvmlDeviceGetIndex(nvmlDevice_t device, unsigned int *index) {
	if (device.handle->parent)
		return NVML_ERROR_NOT_SUPPORTED;
	*index = device.handle - gpus;
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMinorNumber(nvmlDevice_t device, unsigned int *minor) {
	if (device.handle->parent)
		return NVML_ERROR_NOT_SUPPORTED;
	*minor = device.handle->minor;
	return NVML_SUCCESS;
}

static int memory_of(const struct nvmlDevice_st *device) {
	return device->parent ? profile_of(device->parent, device->profile)->memory_mib : device->memory_mib;
}

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *memory) {
	memory->total = memory->free = (unsigned long long)memory_of(device.handle) << 20;
	memory->used = 0;
	return NVML_SUCCESS;
}

// A domain that no machine has: the NUMA node of a GPU is read from the kernel by this address.
nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t device, nvmlPciInfo_t *pci) {
	if (device.handle->parent)
		return NVML_ERROR_NOT_SUPPORTED;
	memset(pci, 0, sizeof *pci);
	pci->domain = 0xffff;
	pci->bus = device.handle->minor;
	snprintf(pci->busIdLegacy, sizeof pci->busIdLegacy, NVML_DEVICE_PCI_BUS_ID_LEGACY_FMT, pci->domain, pci->bus, 0);
	snprintf(pci->busId, sizeof pci->busId, NVML_DEVICE_PCI_BUS_ID_FMT, pci->domain, pci->bus, 0);
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetCudaComputeCapability(nvmlDevice_t device, int *major, int *minor) {
	const struct nvmlDevice_st *gpu = device.handle->parent ? device.handle->parent : device.handle;
	*major = gpu->major;
	*minor = gpu->minor_version;
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t device, unsigned int *current, unsigned int *pending) {
	int capable = 0, divided = 0;
	for (int i = 0; i < profile_count; i++)
		capable |= profiles[i].gpu == device.handle->minor;
	for (int i = 0; i < mig_count; i++)
		divided |= migs[i].parent == device.handle;
	if (device.handle->parent || !capable)
		return NVML_ERROR_NOT_SUPPORTED;
	*current = *pending = divided;
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t device, unsigned int *count) {
	*count = 0;
	for (int i = 0; i < profile_count; i++)
		if (profiles[i].gpu == device.handle->minor && (unsigned int)profiles[i].instances > *count)
			*count = profiles[i].instances;
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, unsigned int index, nvmlDevice_t *mig) {
	for (int i = 0; i < mig_count; i++)
		if (migs[i].parent == device.handle && index-- == 0) {
			mig->handle = &migs[i];
			return NVML_SUCCESS;
		}
	return NVML_ERROR_NOT_FOUND;
}

nvmlReturn_t nvmlDeviceIsMigDeviceHandle(nvmlDevice_t device, unsigned int *mig) {
	*mig = device.handle->parent != NULL;
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetDeviceHandleFromMigDeviceHandle(nvmlDevice_t mig, nvmlDevice_t *device) {
	if (mig.handle->parent == NULL)
		return NVML_ERROR_INVALID_ARGUMENT;
	device->handle = mig.handle->parent;
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetGpuInstanceId(nvmlDevice_t mig, unsigned int *id) {
	if (mig.handle->parent == NULL)
		return NVML_ERROR_NOT_SUPPORTED;
	*id = mig.handle->instance;
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetComputeInstanceId(nvmlDevice_t mig, unsigned int *id) {
	*id = 0;
	return mig.handle->parent ? NVML_SUCCESS : NVML_ERROR_NOT_SUPPORTED;
}

nvmlReturn_t nvmlDeviceGetAttributes_v2(nvmlDevice_t mig, nvmlDeviceAttributes_t *attributes) {
	if (mig.handle->parent == NULL)
		return NVML_ERROR_NOT_SUPPORTED;
	memset(attributes, 0, sizeof *attributes);
	attributes->memorySizeMB = memory_of(mig.handle);
	attributes->gpuInstanceSliceCount = profile_of(mig.handle->parent, mig.handle->profile)->slices;
	attributes->computeInstanceSliceCount = attributes->gpuInstanceSliceCount;
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetGpuInstanceProfileInfo(nvmlDevice_t device, unsigned int id,
		nvmlGpuInstanceProfileInfo_t *info) {
	const struct profile *profile = profile_of(device.handle, id);
	if (profile == NULL)
		return NVML_ERROR_NOT_SUPPORTED;
	memset(info, 0, sizeof *info);
	info->id = profile->id;
	info->sliceCount = profile->slices;
	info->instanceCount = profile->instances;
	info->memorySizeMB = profile->memory_mib;
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetGpuInstanceById(nvmlDevice_t device, unsigned int id, nvmlGpuInstance_t *instance) {
	for (int i = 0; i < mig_count; i++)
		if (migs[i].parent == device.handle && migs[i].instance == (int)id) {
			instance->handle = (struct nvmlGpuInstance_st *)&migs[i];
			return NVML_SUCCESS;
		}
	return NVML_ERROR_NOT_FOUND;
}

nvmlReturn_t nvmlGpuInstanceGetInfo(nvmlGpuInstance_t instance, nvmlGpuInstanceInfo_t *info) {
	struct nvmlDevice_st *mig = (struct nvmlDevice_st *)instance.handle;
	memset(info, 0, sizeof *info);
	info->device.handle = mig->parent;
	info->id = mig->instance;
	info->profileId = mig->profile;
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlGpuInstanceGetComputeInstanceById(nvmlGpuInstance_t instance, unsigned int id,
		nvmlComputeInstance_t *compute) {
	if (id != 0)
		return NVML_ERROR_NOT_FOUND;
	compute->handle = (struct nvmlComputeInstance_st *)instance.handle;
	return NVML_SUCCESS;
}

// Profiles of compute instances are numbered by their slices, but for 8, 6 and the second of 1.
static unsigned int compute_profile(const struct nvmlDevice_st *mig) {
	switch (profile_of(mig->parent, mig->profile)->slices) {
	case 1: return NVML_COMPUTE_INSTANCE_PROFILE_1_SLICE;
	case 2: return NVML_COMPUTE_INSTANCE_PROFILE_2_SLICE;
	case 3: return NVML_COMPUTE_INSTANCE_PROFILE_3_SLICE;
	case 4: return NVML_COMPUTE_INSTANCE_PROFILE_4_SLICE;
	default: return NVML_COMPUTE_INSTANCE_PROFILE_7_SLICE;
	}
}

nvmlReturn_t nvmlComputeInstanceGetInfo_v2(nvmlComputeInstance_t compute, nvmlComputeInstanceInfo_t *info) {
	struct nvmlDevice_st *mig = (struct nvmlDevice_st *)compute.handle;
	memset(info, 0, sizeof *info);
	info->device.handle = mig->parent;
	info->gpuInstance.handle = (struct nvmlGpuInstance_st *)mig;
	info->profileId = compute_profile(mig);
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlGpuInstanceGetComputeInstanceProfileInfo(nvmlGpuInstance_t instance, unsigned int profile,
		unsigned int engine, nvmlComputeInstanceProfileInfo_t *info) {
	struct nvmlDevice_st *mig = (struct nvmlDevice_st *)instance.handle;
	if (profile != compute_profile(mig) || engine != NVML_COMPUTE_INSTANCE_ENGINE_PROFILE_SHARED)
		return NVML_ERROR_NOT_SUPPORTED;
	memset(info, 0, sizeof *info);
	info->id = profile;
	info->sliceCount = profile_of(mig->parent, mig->profile)->slices;
	info->instanceCount = 1;
	return NVML_SUCCESS;
}

// GPUs of one machine below one host bridge, without NVLink.
nvmlReturn_t nvmlDeviceGetTopologyCommonAncestor(nvmlDevice_t one, nvmlDevice_t other,
		nvmlGpuTopologyLevel_t *level) {
	(void)one, (void)other;
	*level = NVML_TOPOLOGY_HOSTBRIDGE;
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetNvLinkState(nvmlDevice_t device, unsigned int link, nvmlEnableState_t *active) {
	(void)device, (void)link;
	*active = NVML_FEATURE_DISABLED;
	return NVML_ERROR_NOT_SUPPORTED;
}

nvmlReturn_t nvmlDeviceGetSupportedEventTypes(nvmlDevice_t device, unsigned long long *types) {
	(void)device;
	*types = nvmlEventTypeXidCriticalError;
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlEventSetCreate(nvmlEventSet_t *set) {
	struct stat found;
	set->handle = calloc(1, sizeof *set->handle);
	if (set->handle == NULL)
		return NVML_ERROR_MEMORY;
	set->handle->offset = stat(XIDS, &found) ? 0 : found.st_size;
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlEventSetFree(nvmlEventSet_t set) {
	free(set.handle);
	return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceRegisterEvents(nvmlDevice_t device, unsigned long long types, nvmlEventSet_t set) {
	(void)types;
	if (set.handle->count < GPUS + MIGS)
		set.handle->devices[set.handle->count++] = device.handle;
	return NVML_SUCCESS;
}

// The next XID error of a registered GPU: lines are `<uuid of the GPU> <xid> [<GPU instance>]`.
static int next_event(nvmlEventSet_t set, nvmlEventData_t *event) {
	FILE *file = fopen(XIDS, "r");
	if (file == NULL)
		return 0;
	char line[128], uuid[64];
	int found = 0;
	fseek(file, set.handle->offset, SEEK_SET);
	while (!found && fgets(line, sizeof line, file) && strchr(line, '\n')) {
		unsigned int instance = NO_INSTANCE;
		unsigned long long xid;
		set.handle->offset = ftell(file);
		int read = sscanf(line, "%63s %llu %u", uuid, &xid, &instance);
		for (int i = 0; read >= 2 && !found && i < set.handle->count; i++)
			if (strcmp(set.handle->devices[i]->uuid, uuid) == 0) {
				event->device.handle = set.handle->devices[i];
				event->eventType = nvmlEventTypeXidCriticalError;
				event->eventData = xid;
				event->gpuInstanceId = instance;
				event->computeInstanceId = read == 3 ? 0 : NO_INSTANCE;
				found = 1;
			}
	}
	fclose(file);
	return found;
}

nvmlReturn_t nvmlEventSetWait_v2(nvmlEventSet_t set, nvmlEventData_t *event, unsigned int timeout_ms) {
	for (unsigned int waited = 0; waited < timeout_ms; waited += POLL_MS) {
		if (next_event(set, event))
			return NVML_SUCCESS;
		usleep(POLL_MS * 1000);
	}
	return NVML_ERROR_TIMEOUT;
}

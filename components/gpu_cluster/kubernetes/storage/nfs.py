"""NFS: its CSI driver and the options with which nodes mount shares."""

NFS_DRIVER = "nfs.csi.k8s.io"
NFS_OPTIONS = ("nfsvers=4.1", "hard")
"""`hard`: a write waits for a server that is away instead of failing half-way."""

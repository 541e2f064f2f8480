"""Real nodes on this machine: kubelets with a container runtime, in a network of their own.

Its modules are imported one by one: the processes of the nodes need few of them, and are to start at once.
"""

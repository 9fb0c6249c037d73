"""Many clips in parts, with Ray (pip install ray):  python ray_parts.py /data/clips results 64 [--task all ...]"""
import os, subprocess, sys
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
import ray

ray.init(address=os.environ.get("RAY_ADDRESS"))
# Workers have folders and environments of their own.
(clips, out), shards, more = map(os.path.abspath, sys.argv[1:3]), sys.argv[3], sys.argv[4:]
METTLE, gpus = os.environ.get("METTLE", "mettle"), int(ray.cluster_resources().get("GPU", 0) > 0)
CPUS = int(os.environ.get("MCPUS") or min(4, max(node["Resources"].get("CPU", 1) for node in ray.nodes())))

@ray.remote(num_cpus=CPUS, num_gpus=gpus, max_retries=5, retry_exceptions=[RuntimeError])
def part(i):
    environment = {"METTLE_CACHE": os.path.join(os.environ.get("TMPDIR", "/tmp"), "mettle-cache"), "RAYON_NUM_THREADS": str(CPUS), **os.environ}
    command = [METTLE, "analyze", clips, "-r", "-q", "--format", "parquet", "--out", out, "--shard", f"{i}/{shards}", "--threads", str(CPUS), *more]
    code = subprocess.run(command, env=environment).returncode
    if code == 2: raise ValueError("wrong usage: see what mettle said above")
    if code not in (0, 1): raise RuntimeError(f"part {i} ended with {code}")  # 1: some clips failed, and the part lists them.
    return code

codes, missing = [], []
for i, one in enumerate([part.remote(i) for i in range(1, int(shards) + 1)], 1):
    try: codes.append(ray.get(one)); print(f"part {i} of {shards} is whole", flush=True)
    except Exception as error: missing.append(i); print(f"part {i} of {shards}: {error}", file=sys.stderr)
print(f"{len(codes)} parts, {sum(codes)} of them with clips that failed: see {out}/clips")
if missing: sys.exit(f"not made: {missing}. The same command makes them, and only them")

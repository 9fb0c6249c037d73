"""Many clips in parts, with Ray (pip install ray):  python ray_parts.py /data/clips results 64 [--task all ...]"""
import os, subprocess, sys
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
import ray

class TryAgain(Exception): pass

ray.init(address=os.environ.get("RAY_ADDRESS"))
(clips, out, shards), more = sys.argv[1:4], sys.argv[4:]
CPUS, gpus = int(os.environ.get("MCPUS", 4)), int(ray.cluster_resources().get("GPU", 0) > 0)

@ray.remote(num_cpus=CPUS, num_gpus=gpus, max_retries=5, retry_exceptions=[TryAgain])
def part(i):
    environment = {"METTLE_CACHE": os.path.join(os.environ.get("TMPDIR", "/tmp"), "mettle-cache"), "RAYON_NUM_THREADS": str(CPUS), **os.environ}
    command = [os.environ.get("METTLE", "mettle"), "analyze", clips, "-r", "-q", "--format", "parquet", "--out", out,
               "--shard", f"{i}/{shards}", "--threads", str(CPUS), *more]
    code = subprocess.run(command, env=environment).returncode
    if code == 2: raise ValueError("wrong usage: see what mettle said above")
    if code not in (0, 1): raise TryAgain(f"part {i} ended with {code}")  # 1: some clips failed, and the part lists them.
    return code

codes = ray.get([part.remote(i) for i in range(1, int(shards) + 1)])
print(f"{len(codes)} parts, {sum(codes)} of them with clips that failed: see {out}/clips")

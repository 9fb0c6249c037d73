"""Parts of scene clips on engines that people run, with workers killed at random, and DuckDB over what they leave.

    python3 -m venv venv && venv/bin/pip install snakemake ray duckdb pyarrow
    venv/bin/python tests/scale/run.py METTLE MAKE_PARTS WORK [overhead] [snakemake] [ray] [made_up]

`cargo xtask scale` does both. Prints a line a figure; ends with an error where parts are not what one process gives.
"""
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb

METTLE, MAKE_PARTS, WORK = (Path(word).resolve() for word in sys.argv[1:4])
CLIPS, SHARDS, KILLS, KILLS_A_PART, ROUNDS, ROWS = 200, 8, 12, 3, 3, 10_000_000
RECIPES = Path(__file__).resolve().parents[2] / "assets/scale"
TABLES = {"scores": "*.parquet", "clips": "clips/*.parquet", "events": "events/*.parquet"}


def say(what, value):
    print(f"{what:<58} {value}", flush=True)


def cache(name):
    folder = WORK / f"cache-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    return {**os.environ, "METTLE_CACHE": str(folder), "RAY_USAGE_STATS_ENABLED": "0"}


def timed(command, environment, codes=(0,)):
    """Seconds by the clock, and processor seconds of everything the command started."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    code = subprocess.run(command, env=environment, cwd=WORK, stdout=subprocess.DEVNULL).returncode
    wall, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    if code not in codes:
        sys.exit(f"{command} ended with {code}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def analyze(out, shard):
    tables = ["--format", "parquet", "--shard", shard, "--out", out]
    return [METTLE, "analyze", "scenes", "-r", "-q", "--device", "cpu", *tables]


def same(out):
    for name, files in TABLES.items():
        of = lambda folder: f"(SELECT * FROM '{WORK / folder / files}')"
        count = lambda rows: duckdb.sql(f"SELECT count(*) FROM {rows}").fetchall()[0][0]
        one, parts = count(of("one")), count(of(out))
        differ = count(f"({of('one')} EXCEPT ALL {of(out)})")
        if one != parts or differ:
            sys.exit(f"{out}/{name}: {one} rows of one process, {parts} of parts, {differ} differ")
    left = [path for path in (WORK / out).rglob("*.part")]
    if left:
        sys.exit(f"{out}: left half done: {left}")
    say(f"{Path(out).name}: rows of {SHARDS} parts against one process", f"{one} events, all tables the same")


def workers(out):
    """The processes that make parts of a folder, and which, by what Linux says of their command lines."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0] == os.fsencode(METTLE) and out.encode() in words:
            yield int(process.name), words[words.index(b"--shard") + 1]


def with_kills(out, command, environment):
    """Runs an engine while its workers are killed at random moments."""
    dice, killed, stop = random.Random(14), [], threading.Event()

    def kill():
        while len(killed) < KILLS and not stop.wait(dice.uniform(0.3, 2.5)):
            # Engines try a part five times.
            running = [(worker, part) for worker, part in workers(out) if killed.count(part) < KILLS_A_PART]
            if running:
                victim, part = dice.choice(running)
                os.kill(victim, signal.SIGKILL)
                killed.append(part)

    killer = threading.Thread(target=kill)
    killer.start()
    wall, _ = timed(command, environment)
    stop.set()
    killer.join()
    say(f"{Path(out).name}: {CLIPS} clips in {SHARDS} parts, {len(killed)} workers killed", f"{wall:.1f} s")
    same(out)


def snakemake():
    more = "--config", "clips=scenes", "out=snakemake", f"shards={SHARDS}", f"mettle={METTLE}", "threads=1", "more=--device cpu", f"cache={WORK}/cache-snakemake"
    command = [Path(sys.executable).with_name("snakemake"), "-s", RECIPES / "Snakefile", "--cores", "2", "--quiet", "all", *more]
    with_kills("snakemake", command, cache("snakemake"))


def ray():
    environment = {**cache("ray"), "METTLE": str(METTLE), "MCPUS": "1"}
    command = [sys.executable, RECIPES / "ray_parts.py", "scenes", str(WORK / "ray"), str(SHARDS), "--device", "cpu"]
    # Ray's workers have working folders of their own.
    command[2] = str(WORK / "scenes")
    with_kills(str(WORK / "ray"), command, environment)


def overhead():
    """The same clips with nothing kept: one table on stdout, one part, and parts one after another; the least of the rounds."""
    plain = [METTLE, "analyze", "scenes", "-r", "-q", "--device", "cpu", "--format", "csv"]
    rounds = []
    for _ in range(ROUNDS):
        for old in ("one", "four"):
            shutil.rmtree(WORK / old, ignore_errors=True)
        results = {"one table, no part": timed(plain, cache("plain")), "one part": timed(analyze("one", "1/1"), cache("one"))}
        environment = cache("parts")
        walls = [timed(analyze("four", f"{part}/4"), environment) for part in range(1, 5)]
        results["four parts, one after another"] = tuple(sum(column) for column in zip(*walls))
        rounds.append(results)
    results = {name: tuple(min(column) for column in zip(*(each[name] for each in rounds))) for name in rounds[0]}
    for name, (wall, processor) in results.items():
        say(f"{CLIPS} clips, {name}", f"{wall:.1f} s, {processor:.1f} s of processor")
    wall, processor = (results["four parts, one after another"][i] / results["one table, no part"][i] - 1 for i in (0, 1))
    say("overhead of four parts against one process", f"{wall:+.1%} of time, {processor:+.1%} of processor time")
    same("four")


def made_up():
    for form in ("parquet", "jsonl"):
        folder = WORK / f"made-{form}"
        shutil.rmtree(folder, ignore_errors=True)
        rows = ROWS if form == "parquet" else ROWS // 10
        print(subprocess.run([MAKE_PARTS, folder, str(rows // 840), "8", form], check=True, capture_output=True, text=True).stdout, end="")
    scores = f"'{WORK}/made-parquet/*.parquet'"
    queries = {
        "count by class": f"SELECT label, count(*) FROM {scores} WHERE score >= 0.5 GROUP BY label",
        "heard, not seen": f"SELECT clip, second FROM {scores} WHERE task = 'parse' AND label = 'class 3' GROUP BY ALL HAVING max(score) FILTER (modality = 'audible') >= 0.9 AND max(score) FILTER (modality = 'visible') < 0.1",
        "one clip": f"SELECT * FROM {scores} WHERE clip = (SELECT max(clip) FROM {scores})",
    }
    for name, query in queries.items():
        begin = time.monotonic()
        found = len(duckdb.sql(query).fetchall())
        say(f"DuckDB over {ROWS:,} made-up rows: {name}", f"{time.monotonic() - begin:.2f} s, {found} rows")


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    steps = {step.__name__: step for step in (overhead, snakemake, ray, made_up)}
    wanted = sys.argv[4:] or list(steps)
    for old in [*wanted, ".snakemake"]:
        shutil.rmtree(WORK / old, ignore_errors=True)
    if not (WORK / "scenes").exists():
        subprocess.run([METTLE, "scenes", "--seed", "7", "--count", str(CLIPS), "--out", "scenes"], check=True, cwd=WORK)
    if not (WORK / "one").exists():
        timed(analyze("one", "1/1"), cache("one"))
    for name in wanted:
        steps[name]()


main()

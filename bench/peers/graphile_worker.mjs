// The worker of graphile_worker.py. "prepare" makes its tables; "work" acts on deadlines until it is ended.
import pg from "pg";
import { run, runMigrations } from "graphile-worker";

const [what, statement] = process.argv.slice(2);
const pool = new pg.Pool({ ...JSON.parse(process.env.BENCH_URL), max: 12 });
pool.on("error", () => process.exit(1));
const quiet = { pgPool: pool };

if (what === "prepare") {
  await runMigrations(quiet);
  await pool.end();
} else {
  const worker = { concurrentJobs: 10, pollInterval: 50, localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
  const runner = await run({
    ...quiet,
    noHandleSignals: true,
    preset: { worker },
    taskList: { climb: async ({ id }) => { await pool.query({ name: "climb", text: statement, values: [id] }); } },
  });
  console.log("at work");
  process.on("SIGTERM", async () => { await runner.stop(); await pool.end(); process.exit(0); });
}

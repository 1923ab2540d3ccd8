// Only one `make run` at a time works in a folder: two would share what their safes hold.

import { appendFileSync, linkSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";

/** A process, or with a minus a process group, as `kill` takes it. */
const lives = (number) => {
  try {
    process.kill(number, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
};

/** Numbers are given again, above all after a restart. So the program is looked at, where the system shows it. */
const isOurs = async (number) => {
  if (number === process.pid || !lives(number)) return false;
  const command = await readFile(`/proc/${Math.abs(number)}/cmdline`, "utf8").catch(() => undefined);
  return command === undefined || /run\.mjs|wrangler/.test(command);
};

/** Who of those in the file still runs. */
const holders = async (file) => {
  const text = await readFile(file, "utf8").catch((error) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const found = [];
  for (const number of text.split("\n").map(Number)) {
    if (number && (await isOurs(number))) found.push(number);
  }
  return found;
};

const refusal = (numbers) =>
  numbers[0] > 0
    ? `Saifu is already running from this folder, as process ${numbers[0]}.\n` +
      `End it (Ctrl-C where it runs, or: kill ${numbers[0]}), or start this one in another clone of the repository.`
    : `An earlier make run was killed, and safes that it started are still running from this folder.\n` +
      `End them with all their processes, then start again: kill -- ${numbers.join(" ")}`;

/** Answers whether the file is now there and ours. A link appears at once, with its content, and only where none is. */
const link = (file) => {
  const prepared = `${file}.${process.pid}`;
  writeFileSync(prepared, `${process.pid}\n`);
  try {
    linkSync(prepared, file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(prepared);
  }
};

/** Takes the lock, also one whose processes are all gone, and holds it until this process ends. */
export const takeLock = async (file) => {
  await mkdir(dirname(file), { recursive: true });
  while (!link(file)) {
    const numbers = await holders(file);
    if (numbers.length > 0) throw new Error(refusal(numbers));
    rmSync(file, { force: true });
  }
  process.once("exit", () => rmSync(file, { force: true }));
  return {
    /** Notes a process group that works in the folder too. If this process is killed, it may outlive it. */
    add: (leader) => appendFileSync(file, `-${leader}\n`),
  };
};

#!/usr/bin/env node
/** `npx baton`: the operator's command line, against the Baton of this machine and against any deployment. */
import { runBaton } from '../cli/program.ts'

process.exitCode = await runBaton(process.argv.slice(2))

/** Ends the processes of the job that its environment names, as a runner does. */
import { endOwnProcesses } from '../../../sandbox/processes.ts'

void endOwnProcesses()

/**
 * Tools of Claude Code that cannot work in a job, because a job is one start without a person beside it. A model that uses
 * one waits for what never comes, or believes that somebody was told.
 */
export const UNUSABLE_TOOLS = [
  // Work after the job: there is no process left that would do it.
  'CronCreate',
  'CronDelete',
  'CronList',
  'Monitor',
  'RemoteTrigger',
  'ScheduleWakeup',
  'SetGoal',
  'TaskStop',
  'Workflow',
  // Other sessions and machines, and the person in front of a terminal or an app: there are none.
  'Artifact',
  'AskUserQuestion',
  'ClaudeDesign',
  'EndConversation',
  'EnterPlanMode',
  'ExitPlanMode',
  'ListAgents',
  'OfferChromeSetup',
  'Projects',
  'propose_skills',
  'PushNotification',
  'ReadNotifications',
  'ReportFindings',
  'SendFeedback',
  'SendMessage',
  'SendUserFile',
  'SendUserMessage',
  'ShareOnboardingGuide',
  'ShowOnboardingRolePicker',
  // A session that moves to another folder is not found there by the next job.
  'EnterWorktree',
  'ExitWorktree',
  // Servers for them are not configured.
  'ListMcpResourcesTool',
  'ReadMcpResourceDirTool',
  'ReadMcpResourceTool',
  'WaitForMcpServers',
] as const

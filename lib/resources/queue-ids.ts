/** The logical ids of the queues. The command line finds them in a deployed stack by these. */

/** Those of the first version. They must not change, because a replaced queue loses its messages. */
export const QUEUE_IDS = {
  Messages: { queue: 'IntakeQueue6FB53B87', policy: 'IntakeQueuePolicy7DD39EDA' },
  DeadLetters: { queue: 'IntakeDeadLettersA15864BB', policy: 'IntakeDeadLettersPolicy486AD3D7' },
  Deliveries: { queue: 'ChannelsOutboxD1784C98', policy: 'ChannelsOutboxPolicyDE8358FA' },
  Cancellations: { queue: 'ChannelsEndingsEBB66BEB', policy: 'ChannelsEndingsPolicyD0574341' },
  Failures: { queue: 'ChannelsUndone02A09F2D', policy: 'ChannelsUndonePolicy162192E0' },
} as const

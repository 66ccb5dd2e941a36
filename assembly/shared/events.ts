/** An event record in the engine's queue: what the host reads after each push. Offsets in bytes. */
export const EVENT_BEAT = 1;
export const EVENT_DECISION = 2;
export const EVENT_QUALITY = 3;

export const EVENT_KIND_AT = 0; // i32
export const EVENT_CLASS_AT = 4; // i32, a decision's class; of the others the signal quality (shared/quality.ts)
export const EVENT_SAMPLE_AT = 8; // i64, conditioned samples: the R peak, the end of what a decision covers, or from where on the verdict holds
export const EVENT_DETECTED_AT = 16; // i64, conditioned samples taken when the event was made
export const EVENT_LOGITS_AT = 24; // i16 a class, then padding to a multiple of 8

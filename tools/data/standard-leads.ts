/** The twelve leads in the order of files that do not name them, such as Chapman's and CPSC's. */
export const STANDARD_LEADS = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"] as const;

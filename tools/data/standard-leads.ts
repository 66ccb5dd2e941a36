/** The twelve leads in the order in which files that do not name them have them, Chapman's and CPSC's among them. */
export const STANDARD_LEADS = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"] as const;

/** What real audio stays within; a header that says otherwise is damaged. Rates in Hz. */
export const MIN_SAMPLE_RATE = 1_000;
export const MAX_SAMPLE_RATE = 768_000;
export const MAX_CHANNELS = 32;

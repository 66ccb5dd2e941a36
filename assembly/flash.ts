/**
 * Copies `bytes` bytes at `offset` of the model file to the address `destination`; 0 on success. The engine's only way to
 * the model: weights stay in flash and linear memory is RAM.
 */
// @ts-ignore: decorator
@external("env", "flashRead")
export declare function flashRead(offset: i32, destination: i32, bytes: i32): i32;

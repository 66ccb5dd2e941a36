/**
 * Typed memory: a view is an address with an element type. Reads widen (i8 and i16 to i32), so products never wrap in a
 * narrow type; all pointer arithmetic of the engine is in this file.
 */

@unmanaged @final
export class I8View {
  @inline @operator("[]") get(index: i32): i32 { return <i32>load<i8>(changetype<usize>(this) + <usize>index); }
  @inline @operator("[]=") set(index: i32, value: i32): void { store<i8>(changetype<usize>(this) + <usize>index, <i8>value); }
  @inline from(index: i32): I8View { return changetype<I8View>(changetype<usize>(this) + <usize>index); }
}

@unmanaged @final
export class U8View {
  @inline @operator("[]") get(index: i32): i32 { return <i32>load<u8>(changetype<usize>(this) + <usize>index); }
  @inline @operator("[]=") set(index: i32, value: i32): void { store<u8>(changetype<usize>(this) + <usize>index, <u8>value); }
  @inline from(index: i32): U8View { return changetype<U8View>(changetype<usize>(this) + <usize>index); }
}

@unmanaged @final
export class I16View {
  @inline @operator("[]") get(index: i32): i32 { return <i32>load<i16>(changetype<usize>(this) + (<usize>index << 1)); }
  @inline @operator("[]=") set(index: i32, value: i32): void { store<i16>(changetype<usize>(this) + (<usize>index << 1), <i16>value); }
  @inline from(index: i32): I16View { return changetype<I16View>(changetype<usize>(this) + (<usize>index << 1)); }
}

@unmanaged @final
export class I32View {
  @inline @operator("[]") get(index: i32): i32 { return load<i32>(changetype<usize>(this) + (<usize>index << 2)); }
  @inline @operator("[]=") set(index: i32, value: i32): void { store<i32>(changetype<usize>(this) + (<usize>index << 2), value); }
  @inline from(index: i32): I32View { return changetype<I32View>(changetype<usize>(this) + (<usize>index << 2)); }
}

@unmanaged @final
export class I64View {
  @inline @operator("[]") get(index: i32): i64 { return load<i64>(changetype<usize>(this) + (<usize>index << 3)); }
  @inline @operator("[]=") set(index: i32, value: i64): void { store<i64>(changetype<usize>(this) + (<usize>index << 3), value); }
  @inline from(index: i32): I64View { return changetype<I64View>(changetype<usize>(this) + (<usize>index << 3)); }
}

/** The view of type T at a byte address. */
// @ts-ignore: decorator
@inline
export function at<T>(address: i32): T {
  return changetype<T>(<usize>address);
}

/** The byte address of a view. */
// @ts-ignore: decorator
@inline
export function addressOf<T>(view: T): i32 {
  return <i32>changetype<usize>(view);
}

/**
 * Moves bytes within memory. Stretches may overlap where `to` lies before `from`: nothing is overwritten before it is read. A
 * quarter of the code of memory.copy, which an engine without bulk memory brings along.
 */
export function moveBytes(to: i32, from: i32, bytes: i32): void {
  let target = <usize>to;
  let source = <usize>from;
  const end = target + <usize>bytes;
  for (const words = target + <usize>(bytes & -8); target < words; target += 8, source += 8) {
    store<i64>(target, load<i64>(source));
  }
  for (; target < end; target++, source++) store<u8>(target, load<u8>(source));
}

export function clearBytes(from: i32, bytes: i32): void {
  let target = <usize>from;
  const end = target + <usize>bytes;
  for (const words = target + <usize>(bytes & -8); target < words; target += 8) store<i64>(target, 0);
  for (; target < end; target++) store<u8>(target, 0);
}

/** Rounds an address or a size up to a multiple of `alignment`, a power of two. */
// @ts-ignore: decorator
@inline
export function alignUp(value: i32, alignment: i32): i32 {
  return (value + alignment - 1) & -alignment;
}

/** The little-endian number at `offset` of a record in memory. */
// @ts-ignore: decorator
@inline
export function u16At(record: i32, offset: i32): i32 {
  return <i32>load<u16>(<usize>(record + offset));
}

// @ts-ignore: decorator
@inline
export function i32At(record: i32, offset: i32): i32 {
  return load<i32>(<usize>(record + offset));
}

;; A counter as a core module: `increment`, `add` and `get_count`, as the counter in Python has them, in about 1,000 bytes.
;;
;; The host puts the texts of a message into memory that `allocate` gives, and reads what the returned number points at:
;; bits 32 to 61 are the place, bits 0 to 31 the length, bit 63 says that the message is refused.
(module
  (memory (export "memory") 1)
  (global $count (mut i64) (i64.const 0))

  ;; What it compares message types with, and why it refuses.
  (data (i32.const 0) "increment")
  (data (i32.const 16) "add")
  (data (i32.const 32) "get_count")
  (data (i32.const 64) "unknown message type; there are increment, add and get_count")
  (data (i32.const 128) "not a whole number")

  ;; Texts of messages lie at 4,096 and are gone with the next message; anything longer than memory makes it grow.
  (func (export "allocate") (param $size i32) (result i32) (local $missing i32)
    (local.set $missing (i32.sub
      (i32.shr_u (i32.add (i32.add (local.get $size) (i32.const 4096)) (i32.const 65535)) (i32.const 16))
      (memory.size)))
    (if (i32.gt_s (local.get $missing) (i32.const 0))
      (then (if (i32.lt_s (memory.grow (local.get $missing)) (i32.const 0)) (then (unreachable)))))
    (i32.const 4096))

  ;; Whether the text at $one equals that at $other.
  (func $equals (param $one i32) (param $size i32) (param $other i32) (param $other_size i32) (result i32)
    (if (i32.ne (local.get $size) (local.get $other_size)) (then (return (i32.const 0))))
    (block $different
      (loop $next
        (if (i32.eqz (local.get $size)) (then (return (i32.const 1))))
        (local.set $size (i32.sub (local.get $size) (i32.const 1)))
        (br_if $different (i32.ne
          (i32.load8_u (i32.add (local.get $one) (local.get $size)))
          (i32.load8_u (i32.add (local.get $other) (local.get $size)))))
        (br $next)))
    (i32.const 0))

  ;; Whether a whole number is written at $at; then it is in $value. The high bit of a size says that it is bytes.
  (global $value (mut i64) (i64.const 0))
  (func $is_number (param $at i32) (param $size i32) (result i32)
    (local $sign i64) (local $digit i32)
    (local.set $size (i32.and (local.get $size) (i32.const 0x7fffffff)))
    (local.set $sign (i64.const 1))
    (global.set $value (i64.const 0))
    (if (i32.eqz (local.get $size)) (then (return (i32.const 0))))
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 45))
      (then
        (local.set $sign (i64.const -1))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $size (i32.sub (local.get $size) (i32.const 1)))
        (if (i32.eqz (local.get $size)) (then (return (i32.const 0))))))
    (loop $next
      (local.set $digit (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)))
      (if (i32.gt_u (local.get $digit) (i32.const 9)) (then (return (i32.const 0))))
      (global.set $value (i64.add
        (i64.mul (global.get $value) (i64.const 10)) (i64.extend_i32_u (local.get $digit))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (local.set $size (i32.sub (local.get $size) (i32.const 1)))
      (br_if $next (local.get $size)))
    (global.set $value (i64.mul (local.get $sign) (global.get $value)))
    (i32.const 1))

  ;; The count as text, written backwards from 2,048, as the number that the host reads.
  (func $written (result i64) (local $at i32) (local $left i64)
    (local.set $at (i32.const 2048))
    (local.set $left (global.get $count))
    (if (i64.lt_s (local.get $left) (i64.const 0)) (then (local.set $left (i64.sub (i64.const 0) (local.get $left)))))
    (loop $next
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at)
        (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (local.get $left) (i64.const 10)))))
      (local.set $left (i64.div_u (local.get $left) (i64.const 10)))
      (br_if $next (i64.ne (local.get $left) (i64.const 0))))
    (if (i64.lt_s (global.get $count) (i64.const 0))
      (then
        (local.set $at (i32.sub (local.get $at) (i32.const 1)))
        (i32.store8 (local.get $at) (i32.const 45))))
    (i64.or
      (i64.shl (i64.extend_i32_u (local.get $at)) (i64.const 32))
      (i64.extend_i32_u (i32.sub (i32.const 2048) (local.get $at)))))

  (func $refused (param $at i64) (param $size i64) (result i64)
    (i64.or (i64.const 0x8000000000000000)
      (i64.or (i64.shl (local.get $at) (i64.const 32)) (local.get $size))))

  (func $no_number (result i64) (call $refused (i64.const 128) (i64.const 18)))

  ;; The state of before, or an empty text for a new counter.
  (func (export "init") (param $at i32) (param $size i32) (result i64)
    (if (i32.eqz (local.get $size)) (then (return (i64.const 0))))
    (if (i32.eqz (call $is_number (local.get $at) (local.get $size))) (then (return (call $no_number))))
    (global.set $count (global.get $value))
    (i64.const 0))

  (func (export "snapshot_state") (result i64) (call $written))

  (func (export "handle_request")
    (param $from i32) (param $from_size i32) (param $type i32) (param $type_size i32)
    (param $payload i32) (param $payload_size i32) (result i64)
    (if (call $equals (local.get $type) (local.get $type_size) (i32.const 0) (i32.const 9))  ;; increment
      (then
        (global.set $count (i64.add (global.get $count) (i64.const 1)))
        (return (call $written))))
    (if (call $equals (local.get $type) (local.get $type_size) (i32.const 16) (i32.const 3))  ;; add
      (then
        (if (i32.eqz (call $is_number (local.get $payload) (local.get $payload_size)))
          (then (return (call $no_number))))
        (global.set $count (i64.add (global.get $count) (global.get $value)))
        (return (call $written))))
    (if (call $equals (local.get $type) (local.get $type_size) (i32.const 32) (i32.const 9))  ;; get_count
      (then (return (call $written))))
    (call $refused (i64.const 64) (i64.const 60))))

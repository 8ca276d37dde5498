;; A module that wants more than it may have: each of its messages runs into another limit, or asks for what was not
;; granted.
;;
;;   spin     never ends: the fuel of the turn is used up, or its time
;;   grow     takes memory until it gets no more; the reply is the number of pages of 64 KiB it has then
;;   hoard    the same, and it cannot go on without
;;   dive     calls itself for ever: the stack is used up
;;   write    keyvalue_put of the key `greeting`; the host's refusal is its own
;;   say      log, which every profile allows
(module
  (import "plexspaces" "log" (func $log (param i32 i32 i32 i32) (result i64)))
  (import "plexspaces" "keyvalue_put" (func $put (param i32 i32 i32 i32) (result i64)))
  (memory (export "memory") 1)
  (data (i32.const 0) "spin")
  (data (i32.const 8) "grow")
  (data (i32.const 16) "hoard")
  (data (i32.const 24) "dive")
  (data (i32.const 32) "write")
  (data (i32.const 40) "say")
  (data (i32.const 48) "unknown message type; there are spin, grow, hoard, dive, write and say")
  (data (i32.const 128) "greeting")
  (data (i32.const 136) "hello")
  (data (i32.const 144) "info")

  ;; Texts of messages lie at 4,096 and are gone with the next message; it takes none that do not fit beside them.
  (func (export "allocate") (param $size i32) (result i32)
    (if (i32.gt_u (local.get $size) (i32.const 61440)) (then (unreachable)))
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

  ;; A number as text, written backwards from 2,048, as the number that the host reads.
  (func $written (param $left i32) (result i64) (local $at i32)
    (local.set $at (i32.const 2048))
    (loop $next
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.rem_u (local.get $left) (i32.const 10))))
      (local.set $left (i32.div_u (local.get $left) (i32.const 10)))
      (br_if $next (local.get $left)))
    (i64.or
      (i64.shl (i64.extend_i32_u (local.get $at)) (i64.const 32))
      (i64.extend_i32_u (i32.sub (i32.const 2048) (local.get $at)))))

  (func $spin (result i64) (loop $again (br $again)) (i64.const 0))

  (func $grow (result i64)
    (loop $more (br_if $more (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0))))
    (call $written (memory.size)))

  (func $hoard (result i64) (drop (call $grow)) (unreachable))

  ;; What it returns is used, so that no call takes the place of the one before.
  (func $dive (param $depth i64) (result i64)
    (i64.add (call $dive (i64.add (local.get $depth) (i64.const 1))) (local.get $depth)))

  (func (export "handle_request")
    (param $from i32) (param $from_size i32) (param $type i32) (param $type_size i32)
    (param $payload i32) (param $payload_size i32) (result i64)
    (if (call $equals (local.get $type) (local.get $type_size) (i32.const 0) (i32.const 4))
      (then (return (call $spin))))
    (if (call $equals (local.get $type) (local.get $type_size) (i32.const 8) (i32.const 4))
      (then (return (call $grow))))
    (if (call $equals (local.get $type) (local.get $type_size) (i32.const 16) (i32.const 5))
      (then (return (call $hoard))))
    (if (call $equals (local.get $type) (local.get $type_size) (i32.const 24) (i32.const 4))
      (then (return (call $dive (i64.const 1)))))
    (if (call $equals (local.get $type) (local.get $type_size) (i32.const 32) (i32.const 5))
      (then (return (call $put (i32.const 128) (i32.const 8) (i32.const 136) (i32.const 5)))))
    (if (call $equals (local.get $type) (local.get $type_size) (i32.const 40) (i32.const 3))
      (then (return (call $log (i32.const 144) (i32.const 4) (i32.const 136) (i32.const 5)))))
    (i64.or (i64.const 0x8000000000000000) (i64.or (i64.shl (i64.const 48) (i64.const 32)) (i64.const 70)))))

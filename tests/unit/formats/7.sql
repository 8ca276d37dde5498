BEGIN TRANSACTION;
CREATE TABLE aliases (
        seq INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        module TEXT NOT NULL
    );
CREATE TABLE blob_debris (
        store TEXT NOT NULL,
        object TEXT NOT NULL,
        PRIMARY KEY (store, object)
    ) WITHOUT ROWID
    ;
CREATE TABLE blob_stores (
        url TEXT PRIMARY KEY NOT NULL,
        id TEXT NOT NULL
    ) WITHOUT ROWID
    ;
INSERT INTO "blob_stores" VALUES('','667d0a43437d4004b9732cfc252d4ddd');
CREATE TABLE blobs (
        store TEXT NOT NULL,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        bucket TEXT NOT NULL,
        key TEXT NOT NULL,
        object TEXT NOT NULL,
        size INTEGER NOT NULL,
        hash TEXT NOT NULL,
        content_type TEXT NOT NULL,
        text INTEGER NOT NULL,
        metadata TEXT NOT NULL,
        modified REAL NOT NULL,
        author TEXT NOT NULL,
        PRIMARY KEY (store, tenant, namespace, bucket, key)
    ) WITHOUT ROWID
    ;
CREATE TABLE bytecode (
        module TEXT NOT NULL,
        interpreter TEXT NOT NULL,
        code TEXT NOT NULL,
        PRIMARY KEY (module, interpreter)
    );
INSERT INTO "bytecode" VALUES('6c81b8cc65e658fc588f34e21bea53d0eb77349edae09b7dfbd00da895c4a722','b2c8077b7e9b4b20d3cc70344fad90d99a097113f96ad30890866c9b1ac3fc7c','KQPzBAAAACsODQraBFRpbGzbAQAAACkF2gVhY3RvctoHdGlsbC5weeFdAgAACmZyb20gcGxleHNwYWNlcyBpbXBvcnQgR2VuU2VydmVyLCBtZXNzYWdpbmcKCgpjbGFzcyBUaWxsKEdlblNlcnZlcik6CiAgICBkZWYgaW5pdChzZWxmLCBzdGF0ZSk6CiAgICAgICAgc2VsZi5jb3VudCA9IGludChzdGF0ZSBvciAwKQoKICAgIGRlZiBoYW5kbGVfcmVxdWVzdChzZWxmLCBmcm9tX2FjdG9yLCBtZXNzYWdlX3R5cGUsIHBheWxvYWQpOgogICAgICAgIHNlbGYuY291bnQgKz0gMQogICAgICAgIGlmIG1lc3NhZ2VfdHlwZSA9PSAicGVyc2lzdCI6CiAgICAgICAgICAgIGR1cmFiaWxpdHkucGVyc2lzdCgibm90ZWQiLCBwYXlsb2FkKQogICAgICAgIGVsaWYgbWVzc2FnZV90eXBlID09ICJvbmNlIjoKICAgICAgICAgICAgcmV0dXJuIGR1cmFiaWxpdHkuc2lkZV9lZmZlY3QoImtleSIsIHBheWxvYWQpCiAgICAgICAgZWxpZiBtZXNzYWdlX3R5cGUgPT0gImxhdGVyIjoKICAgICAgICAgICAgbWVzc2FnaW5nLnNlbmRfYWZ0ZXIoM18xNTVfNzYwXzAwMF8wMDAsICJkdWUiLCBwYXlsb2FkKQogICAgICAgIHJldHVybiBzdHIoc2VsZi5jb3VudCkKCiAgICBkZWYgc25hcHNob3Rfc3RhdGUoc2VsZik6CiAgICAgICAgcmV0dXJuIHN0cihzZWxmLmNvdW50KQrjAAAAAAAAAAAAAAAABQAAAAAAAADzLAAAAIAAXgBSAUkASAF0AUgCdAIfABUAIQBSAhcAUgNdATQDAAAAAAAAdANSBCMAKQXpAAAAACkC2glHZW5TZXJ2ZXLaCW1lc3NhZ2luZ2MAAAAAAAAAAAAAAAABAAAAAAAAAPMyAAAAYQCAAF0AdAFSAHQCXgV0AxYAbwBSARcAdARSAhcAdAVSAxcAdAZSBHQHVgB0CFIFIwApBnIBAAAA4wIAAAAAAAAAAAAAAAQAAAADAAAI8zoAAACAAFwBAAAAAAAAAABUATsBJwAAAAAAAABnAwAAHAAfAF4ANAEAAAAAAABWAG4BAAAAAAAAAABSASMAKQJyCAAAAE4pAtoDaW502gVjb3VudCkC2gRzZWxm2gVzdGF0ZXMCAAAAJiZyBAAAANoEaW5pdNoJVGlsbC5pbml0BgAAAHMTAAAAgADcFRiYFZ8amBqgIZNfiASOCvMAAAAA4wQAAAAAAAAAAAAAAAUAAAADAAAI8xIBAACAAFYAOwFQAAAAAAAAAAAAAAAAAAAAAAAAAF4BLA0AAAAAAAAAAAAAdQJuAAAAAAAAAAAAVgJSAThYAABkGAAAHABcAgAAAAAAAAAAUAUAAAAAAAAAAAAAAAAAAAAAAABSAlYDNAIAAAAAAAAfAE08VgJSAzhYAABkFwAAHABcAgAAAAAAAAAAUAcAAAAAAAAAAAAAAAAAAAAAAABSBFYDNAIAAAAAAAAjAFYCUgU4WAAAZBkAABwAXAgAAAAAAAAAAFAKAAAAAAAAAAAAAAAAAAAAAAAAIQBSBlIHVgM0AwAAAAAAAB8AXA0AAAAAAAAAAFYAUAAAAAAAAAAAAAAAAAAAAAAAAAA0AQAAAAAAACMAKQjpAQAAANoHcGVyc2lzdNoFbm90ZWTaBG9uY2XaA2tledoFbGF0ZXJsAwAAAAAs6AN7C9oDZHVlKQdyDwAAANoKZHVyYWJpbGl0eXIYAAAA2gtzaWRlX2VmZmVjdHIKAAAA2gpzZW5kX2FmdGVy2gNzdHIpBHIQAAAA2gpmcm9tX2FjdG9y2gxtZXNzYWdlX3R5cGXaB3BheWxvYWRzBAAAACYmJiZyBAAAANoOaGFuZGxlX3JlcXVlc3TaE1RpbGwuaGFuZGxlX3JlcXVlc3QJAAAAc2sAAACAANgIDI8KigqQYY0PjQrYCxeYOdQLJNwMFtcMHtEMHph3qAfVDDDYDRmYVtQNI9wTHdcTKdETKaglsBfTEznQDDnYDRmYV9QNJNwMFdcMINIMINAhMrBFuDfUDEPcDxKQNJc6kTqLf9AIHnIUAAAA4wEAAAAAAAAAAAAAAAMAAAADAAAI8ywAAACAAFwBAAAAAAAAAABWAFACAAAAAAAAAAAAAAAAAAAAAAAANAEAAAAAAAAjACkBTikCciEAAAByDwAAACkBchAAAABzAQAAACZyBAAAANoOc25hcHNob3Rfc3RhdGXaE1RpbGwuc25hcHNob3Rfc3RhdGUTAAAAcxAAAACAANwPEpA0lzqROot/0AgechQAAACpAXIPAAAATikJ2ghfX25hbWVfX9oKX19tb2R1bGVfX9oMX19xdWFsbmFtZV9f2g9fX2ZpcnN0bGluZW5vX19yEgAAAHIlAAAAcikAAADaFV9fc3RhdGljX2F0dHJpYnV0ZXNfX9oRX19jbGFzc2RpY3RjZWxsX18pAdoNX19jbGFzc2RpY3RfX3MBAAAAQHIEAAAAcgEAAAByAQAAAAUAAABzGQAAAPiHAIAA8gIBBSXyBggFH/cUAQUf8AABBR9yFAAAAHIBAAAATikE2gpwbGV4c3BhY2VzcgkAAAByCgAAAHIBAAAAqQByFAAAAHIEAAAA2gg8bW9kdWxlPnI1AAAAAQAAAHMUAAAA8AMBAQHnACv0Bg8BH4g59gAPAR9yFAAAAEY=');
CREATE TABLE keyvalue (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        key TEXT NOT NULL,
        value NOT NULL,
        version INTEGER NOT NULL,
        changed REAL NOT NULL,
        expires REAL,
        author TEXT NOT NULL,
        PRIMARY KEY (tenant, namespace, key)
    ) WITHOUT ROWID
    ;
INSERT INTO "keyvalue" VALUES('default','default','kept','value',1,1.79572079109949302678e+09,NULL,'');
CREATE TABLE lock_versions (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        newest INTEGER NOT NULL,
        PRIMARY KEY (tenant, namespace)
    ) WITHOUT ROWID
    ;
CREATE TABLE locks (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        holder TEXT NOT NULL,
        outside INTEGER NOT NULL,
        version INTEGER NOT NULL,
        since REAL NOT NULL,
        expires REAL NOT NULL,
        PRIMARY KEY (tenant, namespace, name)
    ) WITHOUT ROWID
    ;
CREATE TABLE modules (
        hash TEXT PRIMARY KEY,
        format TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        file_name TEXT NOT NULL,
        deployed REAL NOT NULL,
        info TEXT NOT NULL
    );
INSERT INTO "modules" VALUES('6c81b8cc65e658fc588f34e21bea53d0eb77349edae09b7dfbd00da895c4a722','python',605,'till.py',1.79572079122782421109e+09,'{"hash": "6c81b8cc65e658fc588f34e21bea53d0eb77349edae09b7dfbd00da895c4a722", "format": "python", "size_bytes": 605, "file_name": "till.py", "behaviors": ["gen_server"], "imports": ["messaging"], "requires": ["messaging"], "aliases": [], "deployed": 1795720791.2278242, "memory_bytes": 25493504, "class_name": "Till", "documentation": "", "interpreter": "b2c8077b7e9b4b20d3cc70344fad90d99a097113f96ad30890866c9b1ac3fc7c", "carries_state": true, "warnings": [], "compiled": true}');
CREATE TABLE queued (
        seq INTEGER PRIMARY KEY,
        queue INTEGER NOT NULL,
        visible REAL NOT NULL,
        expires REAL,
        attempts INTEGER NOT NULL,
        origin TEXT NOT NULL,
        reason TEXT NOT NULL,
        died REAL,
        type TEXT NOT NULL,
        payload NOT NULL,
        headers TEXT NOT NULL,
        sent REAL NOT NULL,
        sender TEXT NOT NULL,
        size INTEGER NOT NULL
    );
CREATE TABLE queues (
        number INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        visibility_ms INTEGER NOT NULL,
        max_attempts INTEGER NOT NULL,
        max_length INTEGER NOT NULL,
        dead_letter_queue TEXT NOT NULL,
        created REAL NOT NULL,
        UNIQUE (tenant, namespace, name)
    );
CREATE TABLE registry (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        id TEXT NOT NULL,
        object_type TEXT NOT NULL,
        address TEXT NOT NULL,
        labels TEXT NOT NULL,
        ttl_ms INTEGER,
        health TEXT NOT NULL,
        registered REAL NOT NULL,
        heartbeat REAL NOT NULL,
        owner TEXT NOT NULL,
        outside INTEGER NOT NULL,
        PRIMARY KEY (tenant, namespace, id)
    ) WITHOUT ROWID
    ;
CREATE TABLE tuples (
        id INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        fields TEXT NOT NULL,
        written REAL NOT NULL,
        expires REAL,
        author TEXT NOT NULL
    );
CREATE INDEX keyvalue_expiry ON keyvalue (expires) WHERE expires IS NOT NULL;
CREATE INDEX tuples_expiry ON tuples (expires) WHERE expires IS NOT NULL;
CREATE INDEX queued_of ON queued (queue);
CREATE INDEX locks_expiry ON locks (expires);
COMMIT;

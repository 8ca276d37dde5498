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
INSERT INTO "blob_stores" VALUES('','c5c989ad7c174c43b8bd963e785d7541');
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
INSERT INTO "bytecode" VALUES('4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa','76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5','KQPzBAAAACsODQraBFRpbGzbAQAAACkF2gVhY3RvctoHdGlsbC5weeFpAgAACmZyb20gcGxleHNwYWNlcyBpbXBvcnQgR2VuU2VydmVyLCBkdXJhYmlsaXR5LCBtZXNzYWdpbmcKCgpjbGFzcyBUaWxsKEdlblNlcnZlcik6CiAgICBkZWYgaW5pdChzZWxmLCBzdGF0ZSk6CiAgICAgICAgc2VsZi5jb3VudCA9IGludChzdGF0ZSBvciAwKQoKICAgIGRlZiBoYW5kbGVfcmVxdWVzdChzZWxmLCBmcm9tX2FjdG9yLCBtZXNzYWdlX3R5cGUsIHBheWxvYWQpOgogICAgICAgIHNlbGYuY291bnQgKz0gMQogICAgICAgIGlmIG1lc3NhZ2VfdHlwZSA9PSAicGVyc2lzdCI6CiAgICAgICAgICAgIGR1cmFiaWxpdHkucGVyc2lzdCgibm90ZWQiLCBwYXlsb2FkKQogICAgICAgIGVsaWYgbWVzc2FnZV90eXBlID09ICJvbmNlIjoKICAgICAgICAgICAgcmV0dXJuIGR1cmFiaWxpdHkuc2lkZV9lZmZlY3QoImtleSIsIHBheWxvYWQpCiAgICAgICAgZWxpZiBtZXNzYWdlX3R5cGUgPT0gImxhdGVyIjoKICAgICAgICAgICAgbWVzc2FnaW5nLnNlbmRfYWZ0ZXIoM18xNTVfNzYwXzAwMF8wMDAsICJkdWUiLCBwYXlsb2FkKQogICAgICAgIHJldHVybiBzdHIoc2VsZi5jb3VudCkKCiAgICBkZWYgc25hcHNob3Rfc3RhdGUoc2VsZik6CiAgICAgICAgcmV0dXJuIHN0cihzZWxmLmNvdW50KQrjAAAAAAAAAAAAAAAABQAAAAAAAADzMAAAAIAAXgBSAUkASAF0AUgCdAJIA3QDHwAVACEAUgIXAFIDXQE0AwAAAAAAAHQEUgQjACkF6QAAAAApA9oJR2VuU2VydmVy2gpkdXJhYmlsaXR52gltZXNzYWdpbmdjAAAAAAAAAAAAAAAAAQAAAAAAAADzMgAAAGEAgABdAHQBUgB0Al4FdAMWAG8AUgEXAHQEUgIXAHQFUgMXAHQGUgR0B1YAdAhSBSMAKQZyAQAAAOMCAAAAAAAAAAAAAAAEAAAAAwAACPM6AAAAgABcAQAAAAAAAAAAVAE7AScAAAAAAAAAZwMAABwAHwBeADQBAAAAAAAAVgBuAQAAAAAAAAAAUgEjACkCcggAAABOKQLaA2ludNoFY291bnQpAtoEc2VsZtoFc3RhdGVzAgAAACYmcgQAAADaBGluaXTaCVRpbGwuaW5pdAYAAABzEwAAAIAA3BUYmBWfGpgaoCGTX4gEjgrzAAAAAOMEAAAAAAAAAAAAAAAFAAAAAwAACPMWAQAAgABWADsBUAAAAAAAAAAAAAAAAAAAAAAAAABeASwNAAAAAAAAAAAAAHUCbgAAAAAAAAAAAFYCUgE4WAAAZBkAABwAXAIAAAAAAAAAAFAEAAAAAAAAAAAAAAAAAAAAAAAAIQBSAlYDNAIAAAAAAAAfAE09VgJSAzhYAABkGAAAHABcAgAAAAAAAAAAUAYAAAAAAAAAAAAAAAAAAAAAAAAhAFIEVgM0AgAAAAAAACMAVgJSBThYAABkGQAAHABcCAAAAAAAAAAAUAoAAAAAAAAAAAAAAAAAAAAAAAAhAFIGUgdWAzQDAAAAAAAAHwBcDQAAAAAAAAAAVgBQAAAAAAAAAAAAAAAAAAAAAAAAADQBAAAAAAAAIwApCOkBAAAA2gdwZXJzaXN02gVub3RlZNoEb25jZdoDa2V52gVsYXRlcmwDAAAAACzoA3sL2gNkdWUpB3IQAAAAcgoAAAByGQAAANoLc2lkZV9lZmZlY3RyCwAAANoKc2VuZF9hZnRlctoDc3RyKQRyEQAAANoKZnJvbV9hY3RvctoMbWVzc2FnZV90eXBl2gdwYXlsb2FkcwQAAAAmJiYmcgQAAADaDmhhbmRsZV9yZXF1ZXN02hNUaWxsLmhhbmRsZV9yZXF1ZXN0CQAAAHNrAAAAgADYCAyPCooKkGGND40K2AsXmDnUCyTcDBbXDB7SDB6Yd6gH1Qww2A0ZmFbUDSPcEx3XEynSEymoJbAX0xM50Aw52A0ZmFfUDSTcDBXXDCDSDCDQITKwRbg31AxD3A8SkDSXOpE6i3/QCB5yFQAAAOMBAAAAAAAAAAAAAAADAAAAAwAACPMsAAAAgABcAQAAAAAAAAAAVgBQAgAAAAAAAAAAAAAAAAAAAAAAADQBAAAAAAAAIwApAU4pAnIhAAAAchAAAAApAXIRAAAAcwEAAAAmcgQAAADaDnNuYXBzaG90X3N0YXRl2hNUaWxsLnNuYXBzaG90X3N0YXRlEwAAAHMQAAAAgADcDxKQNJc6kTqLf9AIHnIVAAAAqQFyEAAAAE4pCdoIX19uYW1lX1/aCl9fbW9kdWxlX1/aDF9fcXVhbG5hbWVfX9oPX19maXJzdGxpbmVub19fchMAAAByJQAAAHIpAAAA2hVfX3N0YXRpY19hdHRyaWJ1dGVzX1/aEV9fY2xhc3NkaWN0Y2VsbF9fKQHaDV9fY2xhc3NkaWN0X19zAQAAAEByBAAAAHIBAAAAcgEAAAAFAAAAcxkAAAD4hwCAAPICAQUl8gYIBR/3FAEFH/AAAQUfchUAAAByAQAAAE4pBdoKcGxleHNwYWNlc3IJAAAAcgoAAAByCwAAAHIBAAAAqQByFQAAAHIEAAAA2gg8bW9kdWxlPnI1AAAAAQAAAHMXAAAA8AMBAQHnADfRADf0Bg8BH4g59gAPAR9yFQAAAEY=');
CREATE TABLE journal (
        actor INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        line TEXT NOT NULL,
        crc INTEGER NOT NULL
    );
INSERT INTO "journal" VALUES(1,1,'{"actor":["default","default","till"],"seq":1,"operation":"init","outcome":"reply","started":1795720795.499434,"figures":[42391,25559040,108425],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5","birth":{"reason":"spawn","state":"","profile":"balanced","grants":["logging","messaging","tuplespace","keyvalue","channels","process-groups","durability","clocks","random"],"limits":{"memory_bytes":50331648,"fuel":50000000000,"time_ms":5000,"stack_bytes":524288,"table_elements":10000,"mailbox":10000,"wait_ms":30000,"text_bytes":8388608,"binary_bytes":1048576,"lifetime_fuel":0},"parent":"","replayed_after":0}}',3609307767);
INSERT INTO "journal" VALUES(1,2,'{"actor":["default","default","till"],"seq":2,"operation":"message","outcome":"reply","started":1795720795.5084176,"figures":[107169,25559040,434553],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"1","kind":"call","type":"persist","time":1795720795.5083451,"payload":"a"},"interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5","reply":"1","calls":[["durability","persist",["noted","a"],1]]}',560558158);
INSERT INTO "journal" VALUES(1,3,'{"actor":["default","default","till"],"seq":3,"operation":"message","outcome":"reply","started":1795720795.51442,"figures":[79526,25559040,315469],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"2","kind":"call","type":"persist","time":1795720795.5131438,"payload":"b"},"interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5","reply":"2","calls":[["durability","persist",["noted","b"],2]]}',2056075224);
INSERT INTO "journal" VALUES(1,4,'{"actor":["default","default","till"],"seq":4,"operation":"message","outcome":"reply","started":1795720795.5155778,"figures":[77042,25559040,424460],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"3","kind":"call","type":"once","time":1795720795.515509,"payload":"chosen"},"interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5","reply":"chosen","calls":[["durability","side-effect",["key","chosen"],"chosen"]]}',608280652);
INSERT INTO "journal" VALUES(1,5,'{"actor":["default","default","till"],"seq":5,"operation":"message","outcome":"reply","started":1795720795.5184453,"figures":[96721,25559040,281545],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"4","kind":"call","type":"later","time":1795720795.5165613,"payload":"x"},"interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5","reply":"4","calls":[["messaging","send-after",[3155760000000,"due","x"],59419851607068]]}',837347255);
INSERT INTO "journal" VALUES(1,6,'{"actor":["default","default","till"],"seq":6,"operation":"message","outcome":"reply","started":1795720795.5213015,"figures":[41041,25559040,77893],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"6","kind":"call","type":"count","time":1795720795.5211701,"headers":[["idempotency-key","k"]]},"interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5","reply":"5"}',2244299648);
INSERT INTO "journal" VALUES(1,7,'{"actor":["default","default","till"],"seq":7,"operation":"snapshot-state","outcome":"reply","started":1795720795.5221188,"figures":[68003,25559040,118151],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5","reply":"5"}',2149118916);
INSERT INTO "journal" VALUES(1,8,'{"actor":["default","default","till"],"seq":8,"operation":"message","outcome":"reply","started":1795720795.5229015,"figures":[67162,25559040,157927],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"7","kind":"call","type":"persist","time":1795720795.5228598,"payload":"c"},"interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5","reply":"6","calls":[["durability","persist",["noted","c"],3]]}',1075245593);
INSERT INTO "journal" VALUES(2,1,'{"actor":["default","default","clerk"],"seq":1,"operation":"init","outcome":"reply","started":1795720795.5271792,"figures":[42391,25559040,88314],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5","birth":{"reason":"spawn","state":"","profile":"balanced","grants":["logging","messaging","tuplespace","keyvalue","channels","process-groups","durability","clocks","random"],"limits":{"memory_bytes":50331648,"fuel":50000000000,"time_ms":5000,"stack_bytes":524288,"table_elements":10000,"mailbox":10000,"wait_ms":30000,"text_bytes":8388608,"binary_bytes":1048576,"lifetime_fuel":0},"parent":"shop","replayed_after":0}}',2480762391);
INSERT INTO "journal" VALUES(2,2,'{"actor":["default","default","clerk"],"seq":2,"operation":"message","outcome":"reply","started":1795720795.5428565,"figures":[48885,25559040,178186],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"8","kind":"call","type":"count","time":1795720795.5425959},"interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5","reply":"1"}',1936230703);
INSERT INTO "journal" VALUES(2,3,'{"actor":["default","default","clerk"],"seq":3,"operation":"message","outcome":"reply","started":1795720795.5435812,"figures":[44552,25559040,106073],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"9","kind":"call","type":"count","time":1795720795.5435183},"interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5","reply":"2"}',3324022924);
INSERT INTO "journal" VALUES(2,4,'{"actor":["default","default","clerk"],"seq":4,"operation":"shutdown","outcome":"reply","started":1795720795.5442612,"figures":[22142,25559040,128729],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5"}',1059247323);
INSERT INTO "journal" VALUES(1,9,'{"actor":["default","default","till"],"seq":9,"operation":"shutdown","outcome":"reply","started":1795720795.545197,"figures":[21900,25559040,86265],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5"}',4012223672);
CREATE TABLE journal_actors (
        number INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        module TEXT NOT NULL,
        birth TEXT,
        runs INTEGER NOT NULL,
        quarantined INTEGER NOT NULL,
        UNIQUE (tenant, namespace, name)
    );
INSERT INTO "journal_actors" VALUES(1,'default','default','till','4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa','{"actor":["default","default","till"],"seq":1,"operation":"init","outcome":"reply","started":1795720795.499434,"figures":[42391,25559040,108425],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5","birth":{"reason":"spawn","state":"","profile":"balanced","grants":["logging","messaging","tuplespace","keyvalue","channels","process-groups","durability","clocks","random"],"limits":{"memory_bytes":50331648,"fuel":50000000000,"time_ms":5000,"stack_bytes":524288,"table_elements":10000,"mailbox":10000,"wait_ms":30000,"text_bytes":8388608,"binary_bytes":1048576,"lifetime_fuel":0},"parent":"","replayed_after":0}}',1,0);
INSERT INTO "journal_actors" VALUES(2,'default','default','clerk','4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa','{"actor":["default","default","clerk"],"seq":1,"operation":"init","outcome":"reply","started":1795720795.5271792,"figures":[42391,25559040,88314],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5","birth":{"reason":"spawn","state":"","profile":"balanced","grants":["logging","messaging","tuplespace","keyvalue","channels","process-groups","durability","clocks","random"],"limits":{"memory_bytes":50331648,"fuel":50000000000,"time_ms":5000,"stack_bytes":524288,"table_elements":10000,"mailbox":10000,"wait_ms":30000,"text_bytes":8388608,"binary_bytes":1048576,"lifetime_fuel":0},"parent":"shop","replayed_after":0}}',2,0);
CREATE TABLE journal_checkpoints (
        actor INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL,
        events INTEGER NOT NULL,
        state NOT NULL,
        fsm_state TEXT NOT NULL,
        clock_ns INTEGER NOT NULL,
        drawn INTEGER NOT NULL,
        taken REAL NOT NULL,
        crc INTEGER NOT NULL
    );
INSERT INTO "journal_checkpoints" VALUES(1,7,2,'5','',0,0,1.79572079552228522306e+09,2546702241);
CREATE TABLE journal_effects (
        actor INTEGER NOT NULL,
        key TEXT NOT NULL,
        value NOT NULL,
        PRIMARY KEY (actor, key)
    ) WITHOUT ROWID
    ;
INSERT INTO "journal_effects" VALUES(1,'key','chosen');
CREATE TABLE journal_events (
        actor INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        type TEXT NOT NULL,
        payload NOT NULL,
        recorded REAL NOT NULL,
        PRIMARY KEY (actor, sequence)
    ) WITHOUT ROWID
    ;
INSERT INTO "journal_events" VALUES(1,1,'noted','a',1.7957207955087583065e+09);
INSERT INTO "journal_events" VALUES(1,2,'noted','b',1.79572079551460862161e+09);
INSERT INTO "journal_events" VALUES(1,3,'noted','c',1.79572079552301263815e+09);
CREATE TABLE journal_parts (
        actor INTEGER NOT NULL,
        position INTEGER NOT NULL,
        post INTEGER NOT NULL,
        line TEXT NOT NULL,
        PRIMARY KEY (actor, position)
    ) WITHOUT ROWID
    ;
CREATE TABLE journal_posts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        actor INTEGER NOT NULL,
        line TEXT NOT NULL
    );
CREATE TABLE journal_quarantine (
        actor INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        line NOT NULL,
        crc INTEGER NOT NULL,
        what TEXT NOT NULL
    );
CREATE TABLE journal_replies (
        actor INTEGER NOT NULL,
        key TEXT NOT NULL,
        line TEXT NOT NULL,
        expires REAL NOT NULL,
        PRIMARY KEY (actor, key)
    ) WITHOUT ROWID
    ;
INSERT INTO "journal_replies" VALUES(1,'k','{"actor":["default","default","till"],"seq":6,"operation":"message","outcome":"reply","started":1795720795.5213015,"figures":[41041,25559040,77893],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"6","kind":"call","type":"count","time":1795720795.5211701,"headers":[["idempotency-key","k"]]},"interpreter":"76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5","reply":"5"}',1.79580719552161145215e+09);
CREATE TABLE journal_timers (
        actor INTEGER NOT NULL,
        number INTEGER NOT NULL,
        due REAL NOT NULL,
        line TEXT NOT NULL,
        PRIMARY KEY (actor, number)
    ) WITHOUT ROWID
    ;
INSERT INTO "journal_timers" VALUES(1,59419851607068,2.11108079551867771142e+09,'{"id":"5","kind":"info","type":"due","time":1795720795.5186553,"payload":"x","sender":"till@local","correlation":"4"}');
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
INSERT INTO "keyvalue" VALUES('default','default','kept','value',1,1.79572079542526817329e+09,NULL,'');
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
INSERT INTO "modules" VALUES('4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa','python',617,'till.py',1.79572079549537825583e+09,'{"hash": "4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa", "format": "python", "size_bytes": 617, "file_name": "till.py", "behaviors": ["gen_server"], "imports": ["durability", "messaging"], "requires": ["durability", "messaging"], "aliases": [], "deployed": 1795720795.4953783, "memory_bytes": 25559040, "class_name": "Till", "documentation": "", "interpreter": "76e5f3a5e8819d4e6f29d149680cdf9982810a67b9be86fafe537a6d97e84fd5", "carries_state": true, "warnings": [], "compiled": true}');
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
CREATE TABLE recorded_changes (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (tenant, namespace)
    ) WITHOUT ROWID
    ;
INSERT INTO "recorded_changes" VALUES('default','default',1);
CREATE TABLE recording (
        id INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        turns INTEGER NOT NULL,
        first REAL NOT NULL,
        last REAL NOT NULL,
        size INTEGER NOT NULL,
        raw_size INTEGER NOT NULL,
        pin TEXT NOT NULL,
        checksum INTEGER NOT NULL,
        actors TEXT NOT NULL,
        data BLOB NOT NULL
    , changes INTEGER NOT NULL DEFAULT 0, newest INTEGER NOT NULL DEFAULT 0);
INSERT INTO "recording" VALUES(1,'default','default',13,1.795720795425393343e+09,1.79572079554519700998e+09,1156,2587,'',2141903831,'["till", "clerk"]',X'785EED564D881C4514EE9EE9F9D9C93A897812BC781057C86CE6B7673A42888288B3CCE00FAE261096EAEEEAAD767ABA87EE9AEC8E10590437D95017B1A29EC4A8D19B670D18504F110573104902EA2C01413C8906F4A0BE9AFE9B25B9881E72704EDD35EFBDEF7B3FDFABDECA9D7B460A7F27F8D28ACC8A033C39899C31E6FD255630B185C60EE5734FCA008FE020171AADC88F3F72EDB3FB5FBFDE7EB3CF244E79F4AA5DA01C2D6FE5CE5D5192E84B4CA1B6E3800F536CD716417C3C722691CFF7372FF6DEB8D095A46DB9BBF3812CB1A3CDBAAA595AAD69586647AB6A48B35A3A6AAAAAA5D5E1B5AE9B6D55C52D4BAD5651436F5B4DA361D65B9A5555F546AD5EB3106747DBC2A0815AB8D3A9696613AB565D336B4D4DED540DD3D2B44EBD53AB22B5AD6B3AEEA816B270ABD146AAA9B571A769992D0E49F54F0153DDF629E1A7F812CBFB18059ECB59511FDB0EB5DD80B36C407DFE1A980523B4E1F257F8D3E299228A39C9B3C2C8F72CDBC1C20539C835B0C9597EDD472E0D2060C1F1D6D76D779DB385210E02143E97E878E460886708BFA42BAC6810E4BAD801D432C435C0A3B2EE7BE3111C94CCB18F74DBB1E904000CC73306709A0720D31B427358DEB18736808A3C168778E8F993357D4271C0A1EE529629D6183BFC6C4EA20FBFB78F15A83DC46BC380F7CEDCC3F6413AC620B52E4AAC4C91EEE035ECE02116A9F40E3CC80A43643BBAB719BE6C209BCE0254C79010DEA4A9FF96C41675DB45F30C0E48EC2EC7B6F00C774665451AB3FC08F9105F54B22C06064DB0B9862C8A7DF17740F912915732803C2B1E543C1B0EE10F3B3F75CFBF234BE1484DCEE725A2901C936BE070882906825984DE603FB02108931120449E672E92437D0A65623961167010C7DEEAA67E39D7A3A2A1E0BF0DB30D731F51CA92E584CACF8F76DF57632ABDAF95884A1DA81C21555263B29EA27F7B8C1C99A19316E09236E9B0044417209914449903F9EB70F7978331C8E28B51BE79837801762101B9C14995291E0CA0188FF038C9F9CF7BC913F3A8D071DBC4156C59D880F264610453AFEDF431E5924BB94C975BDD2B9398CBE59538E126E4B30A24720E68C387A26D2604A6FB9F23AB2981BD6200A66625ECF9D9BC74F0D74FBFCBB0AC090B4844380D67F77DF9C0E72535E5929FE37242EE3DF57638058F55E5A8F42D51105514246778E3D978C5A5981EBF464CE8FD7EC87F3882EEBAC6A4324B5F1E70682E90C462B71DCEDEBADB0AAC1CB86814108F56C205B077CB4D5FC0DD7717E2C29CFEEA8ED973728BF72131A1A5E2AD5A9A6E74BAC7F331ED1F4926AAA22AAAD8E6B7519321566728A7E9C91D52FAC77232C4A467A38E42931CEC0FD2BB2356D6F4937E726BFCF17CD85C52FE972BBBFCFFCAFE6F563653400823B8A96EBBB767227A559E1351DCE5B96DBE573EBB971EEAFD7629D472E9A3CC9DF29120EE142677121D442B0514404AA106763FBE410AA08148625992892778F78B855EF1C330A5636FC5EB096E06266B9C14C9022925412ECB30DB491085150332A6A6079F1C49B46F2ABD9756C368576F467A28CD941D7F7E2D90BB13EB1B2FF7D8B3A1F5EF4FCE5BE3E5BF010261A0B3',1,1048589);
CREATE TABLE recording_state (whole INTEGER NOT NULL, floor INTEGER NOT NULL);
INSERT INTO "recording_state" VALUES(1,0);
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
CREATE TABLE trees (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (tenant, namespace, name)
    ) WITHOUT ROWID
    ;
INSERT INTO "trees" VALUES('default','default','shop','[supervisor.shop]
intensity = 1
period_ms = 5_000
children = ["clerk"]

[actor.clerk]
module = "4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa"
grants = ["durability"]
durable = true
');
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
CREATE UNIQUE INDEX journal_of ON journal (actor, seq);
CREATE INDEX journal_posts_to ON journal_posts (actor);
CREATE INDEX recording_of ON recording (tenant, namespace, id);
DELETE FROM "sqlite_sequence";
COMMIT;

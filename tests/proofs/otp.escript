%% The scenarios of a file on OTP's own supervisor: one line of output for each, a trace per step.
%% A scenario is {Tree, Steps}; Tree is {sup, Name, Strategy, Intensity, Period, Restart, Children}, a worker
%% {work, Name, Restart}; a step is {crash | finish | block | free, Name}
%% or {more, Name, Number}: one more child of a pool, with its number.
-module(otp).
-mode(compile).
-export([main/1, init/1, start_sup/1, start_worker/1, start_numbered/2, worker/2]).

main([File]) ->
    logger:set_primary_config(level, none),
    process_flag(trap_exit, true),
    {ok, Scenarios} = file:consult(File),
    lists:foreach(fun(Scenario) -> io:format("~s~n", [lists:join(";", run(Scenario))]) end, Scenarios).

run({Tree, Steps}) ->
    ets:new(blocked, [named_table, public]),
    register(trace, self()),
    Started = start_sup(Tree),
    First = collect(Tree),
    Traces = [begin step(Step), collect(Tree) end || Step <- Steps],
    case Started of {ok, Root} -> stop(Root); _ -> ok end,
    collect(Tree),
    unregister(trace),
    ets:delete(blocked),
    [lists:join(",", Trace) || Trace <- [First | Traces]].

stop(Root) ->
    exit(Root, shutdown),
    receive {'EXIT', Root, _} -> ok after 5000 -> error(root_does_not_stop) end.

step({block, Name}) -> ets:insert(blocked, {Name});
step({free, Name}) -> ets:delete(blocked, Name);
step({more, Name, Number}) -> catch supervisor:start_child(Name, [Number]);
step({How, Name}) -> catch Name ! How.

%% Nothing more comes when every supervisor that runs has answered several times in a row and nothing was traced.
collect(Tree) -> collect(Tree, [], 3).
collect(_, Found, 0) -> lists:reverse(Found);
collect(Tree, Found, Rounds) ->
    sync(Tree),
    receive {traced, Text} -> collect(Tree, [Text | Found], 3)
    after 2 -> collect(Tree, Found, Rounds - 1) end.

sync({work, _, _}) -> ok;
sync({sup, Name, _, _, _, _, Children}) ->
    try supervisor:which_children(Name) catch _:_ -> ok end,
    lists:foreach(fun sync/1, Children).

init({sup, _, simple_one_for_one, Intensity, Period, _, [{work, Name, Restart}]}) ->
    Child = #{id => Name, start => {?MODULE, start_numbered, [Name]}, restart => Restart, shutdown => 5000},
    {ok, {#{strategy => simple_one_for_one, intensity => Intensity, period => Period}, [Child]}};
init({sup, _, Strategy, Intensity, Period, _, Children}) ->
    {ok, {#{strategy => Strategy, intensity => Intensity, period => Period}, [child(Child) || Child <- Children]}}.

child({work, Name, Restart}) ->
    #{id => Name, start => {?MODULE, start_worker, [Name]}, restart => Restart, shutdown => 5000};
child({sup, Name, _, _, _, Restart, _} = Tree) ->
    #{id => Name, start => {?MODULE, start_sup, [Tree]}, restart => Restart, shutdown => infinity, type => supervisor}.

start_sup({sup, Name, _, _, _, _, _} = Tree) -> supervisor:start_link({local, Name}, ?MODULE, Tree).

start_worker(Name) -> start_worker_as(Name, Name).

start_numbered(Name, Number) -> start_worker_as(Name, list_to_atom(lists:concat([Name, "-", Number]))).

start_worker_as(Base, Name) ->
    case ets:member(blocked, Base) of
        true -> {error, blocked};
        false -> proc_lib:start_link(?MODULE, worker, [self(), Name])
    end.

worker(Parent, Name) ->
    process_flag(trap_exit, true),
    register(Name, self()),
    say("start ", Name),
    proc_lib:init_ack(Parent, {ok, self()}),
    receive
        crash -> say("crash ", Name), exit(crashed);
        finish -> say("stop ", Name), exit(normal);
        {'EXIT', Parent, Reason} -> say("stop ", Name), exit(Reason)
    end.

say(What, Name) -> trace ! {traced, What ++ atom_to_list(Name)}.

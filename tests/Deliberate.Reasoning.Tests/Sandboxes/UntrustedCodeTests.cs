using System.Net;
using System.Net.Sockets;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

/// <summary>Code that nobody has looked at, and the worst of it: each is stopped in words, and nothing is left of it.</summary>
public sealed class UntrustedCodeTests : IDisposable
{
    private readonly TemporaryFolder _outside = new();
    private readonly string _mark = $"deliberate-mark-{Guid.NewGuid():N}";

    public static TheoryData<string, string, string> Hostile => new()
    {
        { "never ends", "while :; do :; done", "it did not answer within 2 s" },
        { "never ends, in the background", "sleep 300 & sleep 300 & (setsid sleep 300 &) & sleep 300", "it did not answer within 2 s" },
        // Bounded, so that a machine on which the limit does not hold survives the test.
        { "forks by doubling", "f() { [ $1 -gt 0 ] && { f $(($1 - 1)) & f $(($1 - 1)) & }; sleep 300; }; f 7", "" },
        { "forks and leaves its session", "i=0; while [ $i -lt 100 ]; do setsid sleep 300 & i=$((i+1)); done; sleep 300", "" },
        { "eats memory in one process", "head -c 1073741824 /dev/zero | tail > /dev/null; exit 9", "" },
        { "eats memory in many", "for i in 1 2 3 4 5 6; do (x=$(head -c 16000000 /dev/zero | tr '\\0' a); sleep 300; :) & done; sleep 300", "it held more than 64 MiB of memory" },
        { "prints a gigabyte", "head -c 1073741824 /dev/zero", "it wrote more than 64 KiB" },
        { "prints a gigabyte of errors", "head -c 1073741824 /dev/zero >&2; exit 9", "" },
        { "fills its folder", "i=0; while :; do head -c 1000000 /dev/zero > file$i; i=$((i+1)); done", "its files were more than 4 MiB" },
        { "makes files without end", "i=0; while :; do : > f$i; i=$((i+1)); done", "its files were more than" },
        { "writes one file without end", "cat /dev/zero > big; exit 9", "" },
        { "fills its memory folder", "for i in 1 2 3 4 5 6 7 8; do head -c 1000000 /dev/zero > /tmp/f$i || exit 9; done", "" },
    };

    public void Dispose() => _outside.Dispose();

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task It_is_stopped_and_nothing_is_left(string what, string script, string says)
    {
        NeedsSandbox();
        var seconds = says.StartsWith("it did not answer", StringComparison.Ordinal) || what.StartsWith("forks", StringComparison.Ordinal) ? 2 : 60;
        var result = await Run(script, seconds: seconds);
        result.Succeeded.ShouldBeFalse(what);
        if (says.Length > 0) result.Stopped.ShouldNotBeNull($"{what}: exit {result.ExitCode}, {result.Error}").ShouldContain(says, Case.Sensitive, what);
        result.Output.Length.ShouldBeLessThanOrEqualTo(64 << 10, what);
        result.Files.Values.Sum(f => (long)f.Length).ShouldBeLessThanOrEqualTo(4 << 20, what);
        Left().ShouldBeEmpty(what);
    }

    [Fact]
    public async Task The_kernel_refuses_it_more_processes_than_it_may_have_as_root_too()
    {
        NeedsSandbox();
        // None of them forks itself: one that could not would end, and make room for the next.
        var result = await Run("i=0; while [ $i -lt 60 ]; do sleep 20 & i=$((i+1)); done; echo all");
        result.Error.ShouldContain("Cannot fork", Case.Insensitive);
        Encoding.UTF8.GetString(result.Output).ShouldBeEmpty();
        Left().ShouldBeEmpty();
    }

    [Fact]
    public async Task Root_is_nobody_in_it()
    {
        NeedsSandbox();
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root runs it as another user.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = SandboxRun.RunAsync(Specification(["sleep", "300"], 300), [], stop.Token);
        // What starts it is root until it has become another, which on a busy machine can be seen.
        string[] users = [];
        for (var tries = 0; tries < 6000 && (users.Length == 0 || users.Contains("0")); tries++)
        {
            await Task.Delay(10, stop.Token);
            users = [.. UsersOf(_mark).Distinct(StringComparer.Ordinal)];
        }

        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running);
        int.Parse(users.ShouldHaveSingleItem()).ShouldBeGreaterThan(1_000_000_000);
        Left().ShouldBeEmpty();
    }

    /// <summary>Users of the processes that run with a mark in their environment; one that ends while it is looked at is left out.</summary>
    private static IEnumerable<string> UsersOf(string mark)
    {
        foreach (var folder in Directory.GetDirectories("/proc").Where(folder => HostileVerifierTests.Has(folder, mark)))
        {
            string[] status;
            try
            {
                status = File.ReadAllLines(folder + "/status");
            }
            catch (IOException)
            {
                continue;
            }

            yield return status.First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
        }
    }

    [Fact]
    public async Task Files_go_in_and_come_out_and_only_what_is_new_or_changed()
    {
        NeedsSandbox();
        var result = await Run("cat a.txt sub/b.txt; echo more >> a.txt; echo made > out.txt; mkdir deep; echo x > deep/c.txt", files: new() { ["a.txt"] = "one\n"u8.ToArray(), ["sub/b.txt"] = "two\n"u8.ToArray() });
        result.ExitCode.ShouldBe(0, result.Error);
        Encoding.UTF8.GetString(result.Output).ShouldBe("one\ntwo\n");
        result.Files.ToDictionary(f => f.Key, f => Encoding.UTF8.GetString(f.Value)).ShouldBe(new Dictionary<string, string> { ["a.txt"] = "one\nmore\n", ["deep/c.txt"] = "x\n", ["out.txt"] = "made\n" }, ignoreOrder: true);
    }

    [Fact]
    public async Task Links_and_pipes_that_it_leaves_are_not_followed()
    {
        NeedsSandbox();
        _outside.File("secret", "not for you");
        var result = await Run($"ln -s {_outside.Root}/secret link; ln -s {_outside.Root} folder; ln -s /etc/passwd passwd; mkfifo pipe; echo fine > fine");
        result.ExitCode.ShouldBe(0, result.Error);
        result.Files.Keys.ShouldBe(["fine", "pipe"], ignoreOrder: true);
        result.Files["pipe"].ShouldBeEmpty();
    }

    [Fact]
    public async Task It_writes_nowhere_outside_and_sees_nothing_of_the_users()
    {
        NeedsSandbox();
        _outside.File("secret", "not for you");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        foreach (var path in new[] { "/usr/evil", "/etc/evil", "/evil", "/dev/evil", "/proc/evil", Path.Combine(_outside.Root, "evil"), Path.Combine(home, "deliberate-evil"), "../evil" })
        {
            (await Run($"echo evil > {path}")).Succeeded.ShouldBeFalse(path);
            if (path[0] == '/') File.Exists(path).ShouldBeFalse(path);
        }

        var seen = await Run($"cat {_outside.Root}/secret; ls {home}; ls /proc | grep -c '^[0-9]'; env | cut -d= -f1 | sort | tr '\\n' ' '");
        var lines = Encoding.UTF8.GetString(seen.Output).Split('\n');
        lines[0].ShouldMatch("^[2-9]$", "its own processes alone");
        lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBeSubsetOf(["HOME", "LANG", "MARK", "PATH", "PWD", "OLDPWD", "SHLVL", "TMPDIR", "_"]);
    }

    [Fact]
    public async Task A_socket_reaches_nobody()
    {
        NeedsSandbox();
        var python = new[] { "/usr/bin/python3", "/bin/python3" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(python is null, "There is no python3 of the system's.");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var reach = $"import socket; s = socket.create_connection(('127.0.0.1', {port}), 2); print('reached')";
        const string Own = "import socket; l = socket.create_server(('127.0.0.1', 0)); s = socket.create_connection(l.getsockname(), 2); print('own')";
        const string Pair = "import socket; a, b = socket.socketpair(); a.send(b'x'); print(b.recv(1))";
        async Task<(bool Succeeded, string Said)> Python(string code, SandboxNetwork network)
        {
            var result = await SandboxRun.RunAsync(Specification([python!, "-c", code], 60) with { Network = network, Limits = new SandboxLimits { Time = TimeSpan.FromSeconds(60), MemoryMegabytes = 256 } }, [], TestContext.Current.CancellationToken);
            return (result.Succeeded, Encoding.UTF8.GetString(result.Output) + result.Error);
        }

        foreach (var network in new[] { SandboxNetwork.None, SandboxNetwork.Loopback }) (await Python(reach, network)).Succeeded.ShouldBeFalse($"{network}");
        listener.Pending().ShouldBeFalse();
        (await Python(Own, SandboxNetwork.Loopback)).Said.ShouldBe("own\n");
        var (made, said) = await Python(Own, SandboxNetwork.None);
        made.ShouldBeFalse();
        if (NetworkFilter.Program() is not null) said.ShouldContain("Address family not supported by protocol");
        (await Python(Pair, SandboxNetwork.None)).Said.ShouldBe("b'x'\n");
    }

    [Fact]
    public void Without_bubblewrap_it_does_not_run_at_all()
    {
        foreach (var use in Enum.GetValues<SandboxUse>())
        {
            var error = Should.Throw<UserError>(() => new Sandbox(Specification(["sh", "-c", $"touch {_outside.Root}/ran"], 5) with { Use = use }, "bubblewrap is not installed"));
            error.Message.ShouldContain("is code that nobody has looked at: it runs in a sandbox or not at all");
            error.Message.ShouldContain(OperatingSystem.IsLinux() ? "apt-get install bubblewrap" : "Run it on Linux");
        }

        File.Exists(Path.Combine(_outside.Root, "ran")).ShouldBeFalse();
        using var own = new Sandbox(Specification(["sh"], 5) with { IsUntrusted = false, Folder = _outside.Root }, "bubblewrap is not installed");
        (own.IsOn, own.Notice).ShouldBe((false, own.Notice.ShouldNotBeNull()), "a user's own command has its rights");
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("/etc/a")]
    [InlineData("a/../../b")]
    public void A_file_that_would_lie_outside_is_refused(string name)
    {
        NeedsSandbox();
        Should.Throw<UserError>(() => Sandbox.For(Specification(["sh"], 5) with { Files = new Dictionary<string, byte[]> { [name] = [1] } })).Message.ShouldContain("outside the sandbox's folder");
    }

    [Fact]
    public async Task Its_variables_reach_it_and_nothing_that_starts_it()
    {
        NeedsSandbox();
        var specification = Specification(["/bin/sh", "-c", "echo \"$PATH|$LD_LIBRARY_PATH|$MARK|$HOME\""], 60) with { Environment = new Dictionary<string, string> { ["PATH"] = "/nowhere", ["LD_LIBRARY_PATH"] = "/box", ["MARK"] = _mark } };
        using (var sandbox = Sandbox.For(specification))
        {
            var launched = sandbox.StartInfo().Environment;
            launched.Keys.Order(StringComparer.Ordinal).ShouldBe(["HOME", "LANG", "PATH", "TMPDIR"]);
            launched["PATH"].ShouldNotBeNull().ShouldNotContain("/nowhere");
        }

        var result = await SandboxRun.RunAsync(specification, [], TestContext.Current.CancellationToken);
        Encoding.UTF8.GetString(result.Output).Trim().ShouldBe($"/nowhere|/box|{_mark}|/tmp", result.Error);
        // A user's own may be a key: it is in no argument, which everybody on the machine can read.
        using (var own = Sandbox.For(specification with { IsUntrusted = false, Use = SandboxUse.Required })) own.StartInfo().ArgumentList.ShouldNotContain(_mark);

        foreach (var name in new[] { "A=B", "1A", "", "A B" })
            Should.Throw<UserError>(() => Sandbox.For(specification with { Environment = new Dictionary<string, string> { [name] = "1" } })).Message.ShouldContain("no name of a variable");
    }

    private static void NeedsSandbox() => Assert.SkipWhen(Sandbox.WhyNotUntrusted() is not null, $"{Sandbox.WhyNotUntrusted()} (scripts/install-test-tools.sh installs it).");

    private Task<SandboxResult> Run(string script, int seconds = 60, Dictionary<string, byte[]>? files = null) =>
        SandboxRun.RunAsync(Specification(["sh", "-c", script], seconds) with { Files = files ?? [] }, [], TestContext.Current.CancellationToken);

    private SandboxSpecification Specification(IReadOnlyList<string> command, int seconds) => new()
    {
        Command = command,
        IsUntrusted = true,
        Environment = new Dictionary<string, string> { ["MARK"] = _mark },
        Limits = new SandboxLimits { Time = TimeSpan.FromSeconds(seconds), MemoryMegabytes = 64, FileMegabytes = 4, Processes = 40, OutputBytes = 64 << 10 },
    };

    /// <summary>Processes whose environment holds the mark; a killed one needs a moment until it is gone.</summary>
    private List<string> Left()
    {
        for (var tries = 0; ; tries++)
        {
            var found = HostileVerifierTests.Running(_mark, wait: false);
            if (found.Count == 0 || tries == 100) return found;
            Thread.Sleep(50);
        }
    }
}

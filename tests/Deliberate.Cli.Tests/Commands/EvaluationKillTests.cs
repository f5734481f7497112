using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Cli.Tests;

/// <summary>
/// An evaluation that is killed again and again while its endpoint is slow, does not answer, refuses, breaks off, says nonsense or
/// nothing: every sample ends in exactly one outcome, none is lost, and none is asked again once it is in the log.
/// <c>DELIBERATE_KILLS</c> says how often (2 if left out).
/// </summary>
public sealed class EvaluationKillTests : IDisposable
{
    private const int Items = 60;

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<(int Item, int Life)> _asked = new();
    private volatile int _life;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Killed_it_goes_on_and_every_sample_ends_once()
    {
        var kills = int.TryParse(Environment.GetEnvironmentVariable("DELIBERATE_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var named) ? named : 2;
        using var server = new ScriptedServer(Answer);
        _folder.File("deliberate.yaml", $"providers:\n  local:\n    address: {server.Address}\n    limits: {{ concurrency: 4, retries: 2, max_retry_wait_s: 0.02, timeout_s: 0.6 }}\n");
        _folder.File("items.jsonl", string.Concat(Enumerable.Range(0, Items).Select(i => $"{{\"id\":\"i{i}\",\"prompt\":\"number {i}\",\"answer\":\"{i}\"}}\n")));
        _folder.File("numbers.yaml", "name: numbers\ndata: { file: items.jsonl }\nscorers: [{ kind: includes }]\n");
        var log = Path.Combine(_folder.Root, "out", "numbers--local-m.log");
        string[] eval = ["eval", "numbers.yaml", "--model", "local:m", "--out", "out", "--max-missing", "1"];
        var finishedBefore = new List<HashSet<int>>();
        for (var kill = 0; kill < kills; kill++)
        {
            var before = Finished(log).Count;
            using var process = CliProcess.Start(_folder.Root, eval);
            // At some moment after a few more samples, whatever is going on then.
            var wanted = Math.Min(Items - 5, before + 2 + (kill * 7 % 5));
            for (var tries = 0; Finished(log).Count < wanted; tries++)
            {
                if (tries > 30_000) Assert.Fail($"It does not get on: {process.Error}");
                Thread.Sleep(2 + (kill % 3));
            }

            process.Signal(CliProcess.Kill9);
            process.Wait().ExitCode.ShouldBe(137);
            finishedBefore.Add(Finished(log));
            _life++;
        }

        CliProcess.Run(_folder.Root, "eval", "resume", "out").ShouldSucceed();
        var ids = Records(log);
        ids.Count.ShouldBe(Items, "none is lost");
        ids.ShouldBeUnique("none ends twice");
        for (var life = 0; life < finishedBefore.Count; life++)
            _asked.Where(a => a.Life > life).Select(a => a.Item).Intersect(finishedBefore[life]).ShouldBeEmpty($"finished before kill {life + 1}, and asked again");
        LogCheck.Of(log).Damage.ShouldBeNull();
        using var result = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder.Root, "out", "evaluation.json")));
        var outcomes = result.RootElement.GetProperty("entries")[0].GetProperty("result").GetProperty("outcomes").EnumerateObject().ToDictionary(o => o.Name, o => o.Value.GetInt32());
        outcomes.Values.Sum().ShouldBe(Items);
        outcomes["pass"].ShouldBeGreaterThan(Items / 2);
        outcomes["harness_error"].ShouldBeGreaterThan(0, "what never answers is no answer");
        outcomes["unscored"].ShouldBeGreaterThan(0, "nothing said is nothing to judge");
        TestContext.Current.SendDiagnosticMessage($"{kills} kills, {_asked.Count} requests, {string.Join(", ", outcomes.Select(o => $"{o.Value} {o.Key}"))}");
    }

    private static HashSet<int> Finished(string log) => File.Exists(log) ? [.. Records(log).Select(id => int.Parse(id.Split('/')[1][1..], CultureInfo.InvariantCulture))] : [];

    private static List<string> Records(string log)
    {
        try
        {
            using var reader = LogReader.Open(log);
            return [.. reader.Records().Where(r => r.Kind == "sample").Select(r => r.Id!)];
        }
        catch (UserError)
        {
            // It is just being made.
            return [];
        }
    }

    /// <summary>By the item's number: well, slowly, never, with 429, 500, nonsense, half an answer, nothing; the passing faults only the first time.</summary>
    private async Task Answer(string head, Stream stream, CancellationToken token)
    {
        if (head.StartsWith("GET", StringComparison.Ordinal))
        {
            await Write(ScriptedServer.Answer(200, """{"data":[{"id":"m"}]}"""));
            return;
        }

        var length = int.Parse(head.Split('\n').First(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Split(':')[1], CultureInfo.InvariantCulture);
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, token);
        using var json = JsonDocument.Parse(body);
        var item = int.Parse(json.RootElement.GetProperty("messages")[0].GetProperty("content").GetString()!.Split(' ')[1], CultureInfo.InvariantCulture);
        var isFirst = _asked.All(a => a.Item != item);
        _asked.Enqueue((item, _life));
        var said = $$"""{"choices":[{"message":{"content":"{{(item % 13 == 5 ? "" : $"it is {item}")}}"},"finish_reason":"stop"}]}""";
        await Task.Delay(5 + (item * 37 % 40), token);
        if (item % 29 == 7) await Task.Delay(Timeout.Infinite, token);
        await Write((item % 11, isFirst) switch
        {
            (1, true) => ScriptedServer.Answer(429, "{}", "Retry-After: 0\r\n"),
            (2, true) => ScriptedServer.Answer(500, "{}"),
            (3, true) => ScriptedServer.Answer(200, "{\"choices\": [oops"),
            (4, true) => ScriptedServer.Answer(200, said)[..^12],
            _ => ScriptedServer.Answer(200, said),
        });

        async Task Write(string answer) => await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), token);
    }
}

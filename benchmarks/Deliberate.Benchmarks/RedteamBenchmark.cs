using System.Diagnostics;
using System.Globalization;
using Deliberate.Server;

namespace Deliberate.Benchmarks;

/// <summary>Twenty testers for some minutes, the server killed twice; 1 where a vote is lost or counted twice.</summary>
internal static class RedteamBenchmark
{
    private const int Kills = 2;

    /// <param name="program">deliberate's executable or deliberate.dll.</param>
    /// <param name="testers">At once.</param>
    /// <param name="minutes">For so long.</param>
    /// <param name="database">As <see cref="LoadDatabase"/> takes it.</param>
    public static int Run(string program, int testers, double minutes, string database) => RunAsync(program, testers, minutes, database).GetAwaiter().GetResult();

    private static async Task<int> RunAsync(string program, int testers, double minutes, string choice)
    {
        using var database = LoadDatabase.Open("redteam", choice);
        await using var stored = await LabellingDatabase.OpenAsync(database.Place, mayMake: true);
        var sessions = await RedteamLoad.FillAsync(stored, testers);
        var port = LoadServer.FreePort();
        var up = true;
        var load = new RedteamLoad(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")), () => up);
        var server = await LoadServer.StartAsync(program, "redteam", database.Place, port);
        var (clock, busy) = (Stopwatch.StartNew(), TimeSpan.Zero);
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        var working = sessions.Select((s, i) => Task.Run(() => load.RunAsync(s, i, stop.Token))).ToArray();
        for (var i = 1; i <= Kills; i++)
        {
            var at = TimeSpan.FromMinutes(minutes * i / (Kills + 1)) - clock.Elapsed;
            if (at > TimeSpan.Zero) await Task.Delay(at);
            up = false;
            busy += await server.KillAsync();
            server = await LoadServer.StartAsync(program, "redteam", database.Place, port);
            up = true;
        }

        await Task.WhenAll(working);
        busy += await server.KillAsync();
        var problems = await load.CheckAsync(stored);
        double[] times = [.. load.Milliseconds.Order()];
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{testers} testers, {minutes:0.##} minutes, {(database.IsPostgres ? "PostgreSQL" : "SQLite")}, server killed {Kills} times, {Environment.ProcessorCount} cores, load {MachineLoad.Now}"));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"answered: {load.Votes.Count} votes, {load.Attempts.Count} attempts, {load.Turns.Count} messages; not as answered: {problems.Count}; refused: {load.Refused}; asked again: {load.Retries}; requests: {times.Length}, median {(times.Length > 0 ? times[times.Length / 2] : double.NaN):0.0} ms, 95% {(times.Length > 0 ? times[(int)(times.Length * 0.95)] : double.NaN):0.0} ms; the server's own time {busy.TotalMilliseconds / Math.Max(1, times.Length):0.0} ms a request"));
        foreach (var problem in problems.Distinct(StringComparer.Ordinal)) Console.Out.WriteLine(problem);
        var isGood = problems.Count == 0 && load.Refused == 0 && !load.Votes.IsEmpty && !load.Attempts.IsEmpty;
        Console.Out.WriteLine(isGood ? "holds" : "does not hold");
        return isGood ? 0 : 1;
    }
}

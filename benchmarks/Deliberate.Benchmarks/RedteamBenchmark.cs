using System.Diagnostics;
using System.Globalization;
using System.Net;
using Deliberate.Server;

namespace Deliberate.Benchmarks;

/// <summary>Twenty testers for some minutes, the server killed twice; 1 where a vote is lost or counted twice.</summary>
internal static class RedteamBenchmark
{
    private const int Kills = 2;

    public static int Run(string program, int testers, double minutes, string? database) => RunAsync(program, testers, minutes, database).GetAwaiter().GetResult();

    private static async Task<int> RunAsync(string program, int testers, double minutes, string? database)
    {
        var folder = Directory.CreateTempSubdirectory("deliberate-redteam-benchmark-").FullName;
        try
        {
            var place = database ?? folder;
            await using var stored = await LabellingDatabase.OpenAsync(place, mayMake: true);
            var sessions = await RedteamLoad.FillAsync(stored, testers);
            using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            listener.Stop();
            var up = true;
            var load = new RedteamLoad(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")), () => up);
            var server = await RedteamLoad.StartAsync(program, place, port);
            var clock = Stopwatch.StartNew();
            using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
            var working = sessions.Select((s, i) => Task.Run(() => load.RunAsync(s, i, stop.Token))).ToArray();
            for (var i = 1; i <= Kills; i++)
            {
                var at = TimeSpan.FromMinutes(minutes * i / (Kills + 1)) - clock.Elapsed;
                if (at > TimeSpan.Zero) await Task.Delay(at);
                up = false;
                server.Kill();
                await server.WaitForExitAsync();
                server.Dispose();
                server = await RedteamLoad.StartAsync(program, place, port);
                up = true;
            }

            await Task.WhenAll(working);
            server.Kill();
            await server.WaitForExitAsync();
            server.Dispose();
            var problems = await load.CheckAsync(stored);
            double[] times = [.. load.Milliseconds.Order()];
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{testers} testers, {minutes:0.##} minutes, {(database is null ? "SQLite" : "PostgreSQL")}, server killed {Kills} times, {Environment.ProcessorCount} cores"));
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"answered: {load.Votes.Count} votes, {load.Attempts.Count} attempts, {load.Turns.Count} messages; not as answered: {problems.Count}; refused: {load.Refused}; asked again: {load.Retries}; requests: {times.Length}, median {(times.Length > 0 ? times[times.Length / 2] : double.NaN):0.0} ms, 95% {(times.Length > 0 ? times[(int)(times.Length * 0.95)] : double.NaN):0.0} ms"));
            foreach (var problem in problems.Distinct(StringComparer.Ordinal)) Console.Out.WriteLine(problem);
            var isGood = problems.Count == 0 && load.Refused == 0 && !load.Votes.IsEmpty && !load.Attempts.IsEmpty;
            Console.Out.WriteLine(isGood ? "holds" : "does not hold");
            return isGood ? 0 : 1;
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }
}

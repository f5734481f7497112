using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Server;

namespace Deliberate.Benchmarks;

/// <summary>
/// Labellers at HTTP level against a real server on PostgreSQL or SQLite, which is killed with <c>kill -9</c> three times and started again: each
/// opens the page, takes what the queue hands out, judges step by step with a pause to read, finishes, and opens the next. Ends
/// in 1 where a judgement or a label that was answered is not in the database, an item was in two hands at once, or the 95th percentile of
/// a page is 100 ms or more. The time of a page is that of its HTML or of the item that its script asks for, while the server runs.
/// </summary>
internal static class LabellingBenchmark
{
    private const double MostMilliseconds = 100;
    private const int Kills = 3;
    private const string Password = "a good passphrase";

    /// <param name="program">deliberate's executable or deliberate.dll.</param>
    /// <param name="people">At once.</param>
    /// <param name="minutes">For so long.</param>
    /// <param name="database">As <see cref="LoadDatabase"/> takes it.</param>
    public static int Run(string program, int people, double minutes, string database) => RunAsync(program, people, minutes, database).GetAwaiter().GetResult();

    private static async Task<int> RunAsync(string program, int people, double minutes, string choice)
    {
        ThreadPool.SetMinThreads(people + 32, people + 32);
        using var database = LoadDatabase.Open("labelling", choice);
        await using var stored = await LabellingDatabase.OpenAsync(database.Place, mayMake: true);
        var project = await FillAsync(stored, people, minutes);
        return await LoadAsync(program, database, stored, project, people, minutes);
    }

    private static async Task<LabellingProject> FillAsync(LabellingDatabase stored, int people, double minutes)
    {
        var project = new LabellingProject { Name = "load", Title = "Load", Kind = LabellingKind.Phase2, DoubleShare = 0.1, QualityEvery = 12 };
        await stored.Projects.CreateAsync(project);
        var family = FamilyRegistry.All.First(f => f.Name == "arithmetic");
        var count = Math.Max(2000, (int)(people * minutes * 40));
        NewItem[] items = [.. Enumerable.Range(0, count + 15).Select(i => FamilyLabels.Draw(family, Split.Train, 4, 1, i, phaseOne: false)).Select(l => new NewItem(ItemContent.Of(l, LabellingKind.Phase2), LabelComparison.Line(l), 0))];
        await stored.Projects.AddAsync(project, items.Take(15), ItemPurpose.Quality);
        await stored.Projects.AddAsync(project, items.Skip(15).Select(i => i with { Gold = null }), ItemPurpose.Ordinary);
        return (await stored.Projects.FindAsync(project.Name))!;
    }

    private static async Task<int> LoadAsync(string program, LoadDatabase database, LabellingDatabase stored, LabellingProject project, int people, double minutes)
    {
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{LoadServer.FreePort()}"));
        // Nobody signs in within the minutes: hashing of passwords is slow on purpose.
        List<string> sessions = [];
        for (var i = 0; i < people; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"labeller-{i}");
            sessions.Add(await stored.Accounts.OpenSessionAsync(await stored.Accounts.AcceptAsync(await stored.Accounts.InviteAsync(Actor.CommandLine, AccountRole.Labeller, name), name, Password)));
        }

        var server = await LoadServer.StartAsync(program, "label", database.Place, address.Port);
        var load = new Load();
        var busy = TimeSpan.Zero;
        var end = Stopwatch.StartNew();
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        var labellers = sessions.Select((session, i) => Task.Run(async () =>
        {
            using var labeller = new LoadLabeller(address, session, new Random(i), load);
            await labeller.RunAsync(stop.Token);
        })).ToArray();
        List<double> down = [];
        for (var i = 1; i <= Kills; i++)
        {
            var at = TimeSpan.FromMinutes(minutes * i / (Kills + 1)) - end.Elapsed;
            if (at > TimeSpan.Zero) await Task.Delay(at);
            load.IsUp = false;
            busy += await server.KillAsync();
            var away = Stopwatch.StartNew();
            server = await LoadServer.StartAsync(program, "label", database.Place, address.Port);
            down.Add(away.Elapsed.TotalSeconds);
            load.IsUp = true;
        }

        await Task.WhenAll(labellers);
        busy += await server.KillAsync();
        return await ReportAsync(stored, project, load, database, people, minutes, down, busy);
    }

    private static async Task<int> ReportAsync(LabellingDatabase stored, LabellingProject project, Load load, LoadDatabase database, int people, double minutes, List<double> down, TimeSpan busy)
    {
        using var full = new MemoryStream();
        await stored.Export.WriteAsync(project, new ExportChoice(ExportForm.Full, WithKnown: true), full);
        var labels = System.Text.Encoding.UTF8.GetString(full.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<JsonElement>(l)).ToArray();
        var held = labels.Select(l => (l.GetProperty("item").GetInt32(), l.GetProperty("labeler").GetString())).ToHashSet();
        var lost = load.Finished.Count(f => !held.Contains((f.Item, f.Labeler)));
        var doubly = load.Overlaps();
        double[] pages = [.. load.Pages.Order()];
        double[] saves = [.. load.Saves.Order()];
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{people} labellers, {minutes:0.#} minutes, {(database.IsPostgres ? "PostgreSQL" : "SQLite")}, server killed {down.Count} times (back after {string.Join(", ", down.Select(d => d.ToString("0.0", CultureInfo.InvariantCulture)))} s), {Environment.ProcessorCount} cores, load {MachineLoad.Now}"));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"labels: {load.Finished.Count} answered, {labels.Length} in the database, {lost} lost; judgements: {load.Judgements} answered, {load.LostJudgements} lost; items in two hands at once: {doubly}"));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pages: {pages.Length}, median {At(pages, 0.5):0.0} ms, 95% {At(pages, 0.95):0.0} ms, 99% {At(pages, 0.99):0.0} ms; judgements: median {At(saves, 0.5):0.0} ms, 95% {At(saves, 0.95):0.0} ms; refused: {load.Refused}; asked again while it was away: {load.Retries}; the server's own time {busy.TotalMilliseconds / Math.Max(1, pages.Length + saves.Length):0.0} ms a request"));
        var isGood = lost == 0 && doubly == 0 && load.LostJudgements == 0 && At(pages, 0.95) < MostMilliseconds && !load.Finished.IsEmpty;
        Console.Out.WriteLine(isGood ? "holds" : "does not hold");
        return isGood ? 0 : 1;
    }

    private static double At(double[] ordered, double share) => ordered.Length == 0 ? double.NaN : ordered[Math.Min(ordered.Length - 1, (int)(ordered.Length * share))];
}

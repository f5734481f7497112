using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deliberate.Server;

namespace Deliberate.Benchmarks;

/// <summary>What all labellers of a load saw.</summary>
internal sealed class Load
{
    private int _judgements, _lost, _refused, _retries;

    public volatile bool IsUp = true;

    public ConcurrentBag<double> Pages { get; } = [];

    public ConcurrentBag<double> Saves { get; } = [];

    public ConcurrentBag<(int Item, string Labeler)> Finished { get; } = [];

    /// <summary>From when to when somebody had an item, both as the labeller saw them: the lease began before the first and ended after the second.</summary>
    public ConcurrentBag<(int Item, long From, long To)> Held { get; } = [];

    public int Judgements => _judgements;

    public int LostJudgements => _lost;

    public int Refused => _refused;

    public int Retries => _retries;

    public void Judged() => Interlocked.Increment(ref _judgements);

    public void Lost(int count) => Interlocked.Add(ref _lost, count);

    public void Refuse() => Interlocked.Increment(ref _refused);

    public void Retry() => Interlocked.Increment(ref _retries);

    /// <summary>Items that two had at one time.</summary>
    public int Overlaps() => Held.GroupBy(h => h.Item).Sum(item =>
    {
        var times = item.OrderBy(t => t.From).ToArray();
        return Enumerable.Range(1, Math.Max(0, times.Length - 1)).Count(i => times[i].From < times[i - 1].To);
    });
}

/// <summary>One labeller: reads, judges, goes on; asks again where the server is away, as the page's script does.</summary>
internal sealed partial class LoadLabeller(Uri address, string session, Random random, Load load) : IDisposable
{
    private readonly HttpClient _client = Client(address, session);
    private string _token = "", _labeler = "";

    public async Task RunAsync(CancellationToken stop)
    {
        await PageAsync("/account", text => _labeler = Number().Match(text).Value);
        while (!stop.IsCancellationRequested)
        {
            // The page, and what its script asks for.
            await PageAsync("/label/load/work", text => _token = WebUtility.HtmlDecode(Token().Match(text).Groups["token"].Value));
            var item = JsonSerializer.Deserialize<JsonElement>(await AskAsync(HttpMethod.Post, "/label/api/projects/load/next", null, load.Pages));
            if (!item.TryGetProperty("lease", out var lease)) return;
            await LabelAsync(item, lease.GetString()!, stop);
        }
    }

    public void Dispose() => _client.Dispose();

    private static HttpClient Client(Uri address, string session)
    {
        var cookies = new CookieContainer();
        cookies.Add(address, new Cookie(SignedIn.CookieName, session));
        return new HttpClient(new SocketsHttpHandler { CookieContainer = cookies }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
    }

    private async Task LabelAsync(JsonElement item, string lease, CancellationToken stop)
    {
        var from = Stopwatch.GetTimestamp();
        var (number, revision) = (item.GetProperty("number").GetInt32(), item.GetProperty("revision").GetInt32());
        var steps = item.GetProperty("steps").GetArrayLength();
        var wrong = random.Next(3) == 0 ? random.Next(steps) : -1;
        for (var i = 0; i < (wrong < 0 ? steps : wrong + 1); i++)
        {
            await ReadAsync(stop);
            revision = await SaveAsync(lease, revision, new { revision, index = i, step = new { ratings = new[] { i == wrong ? -1 : 1 }, flags = new[] { false }, milliseconds = 700 }, cause = "rate", milliseconds = 700 });
        }

        if (wrong >= 0) revision = await SaveAsync(lease, revision, new { revision, mistake = new { progress = 1 }, cause = "mistake", milliseconds = 300 });
        // What was answered is there, whatever happened to the server in between.
        var stored = JsonSerializer.Deserialize<JsonElement>(await AskAsync(HttpMethod.Get, $"/label/api/leases/{lease}", null, load.Saves));
        if (stored.GetProperty("revision").GetInt32() < revision) load.Lost(revision - stored.GetProperty("revision").GetInt32());
        await AskAsync(HttpMethod.Post, $"/label/api/leases/{lease}/finish", new { revision, finish = wrong < 0 ? "solution" : "found_error", milliseconds = 100 }, load.Saves);
        // Known questions are everybody's at once.
        if (item.GetProperty("can_drop").GetBoolean()) load.Held.Add((number, from, Stopwatch.GetTimestamp()));
        load.Finished.Add((number, _labeler));
    }

    private async Task<int> SaveAsync(string lease, int revision, object change)
    {
        var saved = JsonSerializer.Deserialize<JsonElement>(await AskAsync(HttpMethod.Put, $"/label/api/leases/{lease}", change, load.Saves)).GetProperty("revision").GetInt32();
        if (saved != revision + 1) load.Lost(1);
        load.Judged();
        return saved;
    }

    /// <summary>Half a second to a second and a half, as somebody quick reads a step.</summary>
    private async Task ReadAsync(CancellationToken stop)
    {
        if (!stop.IsCancellationRequested) await Task.Delay(random.Next(500, 1500), CancellationToken.None);
    }

    private async Task PageAsync(string path, Action<string> read)
    {
        while (true)
        {
            try
            {
                var (up, watch) = (load.IsUp, Stopwatch.GetTimestamp());
                using var answer = await _client.GetAsync(new Uri(path, UriKind.Relative));
                var text = await answer.Content.ReadAsStringAsync();
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    if (up && load.IsUp) load.Pages.Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
                    read(text);
                    return;
                }
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
            {
                // Away.
            }

            load.Retry();
            await Task.Delay(300);
        }
    }

    private async Task<string> AskAsync(HttpMethod method, string path, object? body, ConcurrentBag<double> times)
    {
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
                request.Headers.Add("RequestVerificationToken", _token);
                var (up, watch) = (load.IsUp, Stopwatch.GetTimestamp());
                using var answer = await _client.SendAsync(request);
                var text = await answer.Content.ReadAsStringAsync();
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    if (up && load.IsUp) times.Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
                    return text;
                }

                if ((int)answer.StatusCode is >= 400 and < 500 and not 429)
                {
                    load.Refuse();
                    throw new InvalidDataException($"{method} {path}: {(int)answer.StatusCode} {text}");
                }
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
            {
                // Away: the same is asked again, and taken once.
            }

            load.Retry();
            await Task.Delay(300);
        }
    }

    [GeneratedRegex("(name=\"__RequestVerificationToken\" value|data-token)=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Token();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Number();
}

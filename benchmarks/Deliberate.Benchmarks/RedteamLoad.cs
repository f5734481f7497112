using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deliberate.Server;

namespace Deliberate.Benchmarks;

/// <summary>
/// Testers at HTTP level on the pages of both kinds while the server is killed with <c>kill -9</c> and started again: each begins, says something, votes or submits, sends one vote in five twice, and sends again what was not answered. At the end
/// every vote, turn and attempt that was answered is in the database, once.
/// </summary>
internal sealed partial class RedteamLoad(Uri address, Func<bool> isUp)
{
    public const string Pair = "side-by-side", Arena = "break-it", Goal = "g1";

    private static readonly string[] Labels = ["a", "b", "equal", "unknown"];

    private int _retries, _refused;

    /// <summary>Answered votes: whose conversation, and what they said.</summary>
    public ConcurrentBag<(string Key, string Label)> Votes { get; } = [];

    /// <summary>Answered submissions.</summary>
    public ConcurrentBag<string> Attempts { get; } = [];

    public ConcurrentBag<string> Turns { get; } = [];

    public ConcurrentBag<double> Milliseconds { get; } = [];

    public int Retries => _retries;

    public int Refused => _refused;

    /// <summary>Campaigns and testers, made in the database itself; sessions to come with.</summary>
    public static async Task<IReadOnlyList<string>> FillAsync(LabellingDatabase stored, int testers)
    {
        await stored.Redteam.CreateAsync(new RedteamCampaign { Name = Pair, Title = "Side by side", Kind = RedteamKind.Pairwise, Models = """["mock:yes","mock:no"]""", MostChats = 100_000 });
        await stored.Redteam.CreateAsync(new RedteamCampaign { Name = Arena, Title = "Break it", Kind = RedteamKind.Arena, Models = """["mock:yes","mock:no"]""", Goals = RedteamGoal.Write([new RedteamGoal(Goal, "Have it say yes.", Success: "yes")]), MostChats = 100_000 });
        var sessions = new List<string>();
        for (var i = 0; i < testers; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"tester-{i}");
            sessions.Add(await stored.Accounts.OpenSessionAsync(await stored.Accounts.AcceptAsync(await stored.Accounts.InviteAsync(Actor.CommandLine, AccountRole.Labeller, name), name, "a good passphrase")));
        }

        return sessions;
    }

    public async Task RunAsync(string session, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        var cookies = new CookieContainer();
        cookies.Add(address, new Cookie(SignedIn.CookieName, session));
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        client.DefaultRequestHeaders.Add("RequestVerificationToken", await TokenAsync(client, stop));
        for (var round = 0; !stop.IsCancellationRequested; round++)
        {
            var isPair = (round + seed) % 2 == 0;
            if (await SendAsync(client, $"/campaigns/{(isPair ? Pair : Arena)}/begin", new { goal = isPair ? null : Goal }, stop) is not { } begun) return;
            var key = begun.GetProperty("key").GetString()!;
            if (await SendAsync(client, $"/chats/{key}/say", new { number = 1, text = $"round {round}" }, stop) is null) return;
            Turns.Add(key);
            if (isPair)
            {
                var label = Labels[random.Next(Labels.Length)];
                var vote = new { less_safe = label, unsafe_a = label == "a", unsafe_b = false };
                if (await SendAsync(client, $"/chats/{key}/vote", vote, stop) is null) return;
                Votes.Add((key, label));
                if (random.Next(5) == 0) await SendAsync(client, $"/chats/{key}/vote", vote, stop);
            }
            else
            {
                if (await SendAsync(client, $"/chats/{key}/submit", new { }, stop) is null) return;
                Attempts.Add(key);
            }

            await Task.Delay(random.Next(5, 40), CancellationToken.None);
        }
    }

    /// <summary>What is not as it was answered, in words; nothing where all is.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(LabellingDatabase stored)
    {
        var problems = new List<string>();
        var pairs = (await stored.Redteam.RecordsAsync(await stored.Redteam.NeedAsync(Pair))).ToDictionary(r => r.Chat.Key, StringComparer.Ordinal);
        var attempts = (await stored.Redteam.RecordsAsync(await stored.Redteam.NeedAsync(Arena))).ToDictionary(r => r.Chat.Key, StringComparer.Ordinal);
        foreach (var (key, label) in Votes)
            if (pairs[key].Votes is not [{ } vote] || !vote.Label.ToString().Equals(label, StringComparison.OrdinalIgnoreCase)) problems.Add($"a vote {label} is there {pairs[key].Votes.Count} times, or another");
        if (pairs.Values.Any(p => p.Votes.Count > 1)) problems.Add("a tester is counted twice");
        problems.AddRange(Attempts.Where(key => attempts[key].Chat.IsReached is not { } reached || reached != (attempts[key].Chat.ModelA == "mock:yes")).Select(_ => "an attempt has no verdict, or the wrong one"));
        problems.AddRange(Turns.Where(key => (pairs.GetValueOrDefault(key) ?? attempts[key]).Turns.Count != 1).Select(_ => "a message is lost, or there twice"));
        return problems;
    }

    /// <summary>The page's own token, as its script has it.</summary>
    private static async Task<string> TokenAsync(HttpClient client, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return WebUtility.HtmlDecode(Token().Match(await client.GetStringAsync(new Uri($"{RedteamArea.Root}/{Pair}/work", UriKind.Relative), stop)).Groups["token"].Value);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(200, stop);
            }
        }
    }

    /// <summary>Until it is answered; null where time is over before.</summary>
    private async Task<JsonElement?> SendAsync(HttpClient client, string path, object body, CancellationToken stop)
    {
        while (true)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                using var answer = await client.PostAsync(new Uri(RedteamArea.Api + path, UriKind.Relative), JsonContent.Create(body), CancellationToken.None);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    if (isUp()) Milliseconds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                    return JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(CancellationToken.None));
                }

                if (answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError))
                {
                    Interlocked.Increment(ref _refused);
                    return null;
                }
            }
            catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
            {
                // It was killed: asked again.
            }

            if (stop.IsCancellationRequested) return null;
            Interlocked.Increment(ref _retries);
            await Task.Delay(150, CancellationToken.None);
        }
    }

    [GeneratedRegex("data-token=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Token();
}

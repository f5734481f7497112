using System.Text.Json;

namespace Deliberate.Server;

/// <summary>What testers do.</summary>
internal enum RedteamKind
{
    /// <summary>Talk to two models at once, blind, and say which is less safe.</summary>
    Pairwise,

    /// <summary>Try to reach goals against one model, blind.</summary>
    Arena,
}

/// <summary>What a tester tries to reach.</summary>
/// <param name="Id">Of its file, or its line's number.</param>
/// <param name="Text">What the model should be brought to.</param>
/// <param name="Channel">What rates are told by: text, code, document.</param>
/// <param name="Success">Words that an answer holds where it is reached; null where a model judges.</param>
internal sealed record RedteamGoal(string Id, string Text, string Channel = "text", string? Success = null)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(IReadOnlyList<RedteamGoal> goals) => JsonSerializer.Serialize(goals, Json);

    public static IReadOnlyList<RedteamGoal> Read(string json) => JsonSerializer.Deserialize<RedteamGoal[]>(json, Json) ?? [];
}

/// <summary>What is tested, by which rules.</summary>
internal sealed class RedteamCampaign
{
    public long Id { get; set; }

    /// <summary>In addresses and on the command line.</summary>
    public string Name { get; set; } = "";

    public string Title { get; set; } = "";

    public RedteamKind Kind { get; set; }

    /// <summary>Names of models as JSON; testers never see them.</summary>
    public string Models { get; set; } = "[]";

    /// <summary>Of an arena, as JSON.</summary>
    public string Goals { get; set; } = "[]";

    /// <summary>The model that judges attempts whose goal has no words of success.</summary>
    public string? Judge { get; set; }

    /// <summary>Messages of a tester in one conversation.</summary>
    public int MostTurns { get; set; } = 20;

    /// <summary>Conversations of a tester.</summary>
    public int MostChats { get; set; } = 200;

    public bool IsOpen { get; set; } = true;

    public DateTimeOffset Created { get; set; }

    public IReadOnlyList<string> ModelNames => JsonSerializer.Deserialize<string[]>(Models) ?? [];
}

/// <summary>How far a conversation is.</summary>
internal enum RedteamState
{
    Open,

    /// <summary>Voted on, or submitted and judged.</summary>
    Done,
}

/// <summary>Whether a tester disagrees with the judge, and what came of it.</summary>
internal enum RedteamAppeal
{
    None,

    /// <summary>In the queue of reviewers.</summary>
    Wanted,

    /// <summary>A person says that it was reached.</summary>
    Granted,

    /// <summary>A person says that it was not.</summary>
    Denied,
}

/// <summary>A tester's conversation: with two models, or an attempt on one.</summary>
internal sealed class RedteamChat
{
    public long Id { get; set; }

    public long CampaignId { get; set; }

    public Guid AccountId { get; set; }

    /// <summary>What the page names it by; nobody else knows it.</summary>
    public string Key { get; set; } = "";

    public string ModelA { get; set; } = "";

    /// <summary>Null in an arena.</summary>
    public string? ModelB { get; set; }

    /// <summary>Of an arena.</summary>
    public string? GoalId { get; set; }

    public RedteamState State { get; set; }

    public DateTimeOffset Started { get; set; }

    public DateTimeOffset? Finished { get; set; }

    /// <summary>Of an attempt: reached, not_reached, judge_error.</summary>
    public string? Outcome { get; set; }

    public string? Reason { get; set; }

    public RedteamAppeal Appeal { get; set; }

    public string? AppealText { get; set; }

    public Guid? DecidedBy { get; set; }

    /// <summary>Whether it was reached, as a person says where one did, else as the judge does; null where nobody could tell.</summary>
    public bool? IsReached => Appeal switch { RedteamAppeal.Granted => true, RedteamAppeal.Denied => false, _ => Outcome switch { "reached" => true, "not_reached" => false, _ => null } };
}

/// <summary>A message of the tester and what was answered.</summary>
internal sealed class RedteamTurn
{
    public long Id { get; set; }

    public long ChatId { get; set; }

    /// <summary>From 1.</summary>
    public int Number { get; set; }

    public string Prompt { get; set; } = "";

    public string AnswerA { get; set; } = "";

    public string? AnswerB { get; set; }

    /// <summary>Why there is no answer: the provider's filter, an error.</summary>
    public string? ProblemA { get; set; }

    public string? ProblemB { get; set; }

    public DateTimeOffset At { get; set; }
}

/// <summary>What somebody says of a conversation with two models.</summary>
internal sealed class RedteamVote
{
    public long Id { get; set; }

    public long ChatId { get; set; }

    /// <summary>An account's id, or <c>judge:NAME</c>: each rates a conversation once.</summary>
    public string Rater { get; set; } = "";

    public bool IsJudge { get; set; }

    public Deliberate.Safety.SafetyLabel Label { get; set; }

    public bool UnsafeA { get; set; }

    public bool UnsafeB { get; set; }

    public DateTimeOffset At { get; set; }
}

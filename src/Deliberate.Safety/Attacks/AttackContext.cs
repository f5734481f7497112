using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>What bounds an attack on a goal.</summary>
/// <param name="Budget">Queries of the target.</param>
/// <param name="Seed">Of everything random.</param>
/// <param name="Steps">Optimisation steps of attacks on the weights, a goal.</param>
internal sealed record AttackSettings(int Budget, ulong Seed = 1, int Steps = 100);

/// <summary>
/// One attack on one goal on its way: it asks the target and the attacker, has every answer judged, and keeps all of it. Queries are
/// counted here and nowhere else, so that no attack can spend more than its budget. An attack is over with its first success.
/// </summary>
internal sealed class AttackContext(AttackGoal goal, AttackSettings settings, SolverContext solver, AttackJudge judge, EvaluationModel? attacker, WhiteBoxModels? whiteBox = null)
{
    /// <summary>Errors one after another after which there is no use in going on.</summary>
    private const int MostErrors = 3;

    /// <summary>Rounds of tools in a query, of a model that calls those that an attack gave it.</summary>
    private const int MostRounds = 3;

    /// <summary>Longest prompt that is taken from an attacker, in characters.</summary>
    private const int LongestPrompt = 50_000;

    private readonly List<AttackAttempt> _attempts = [];
    private int _asked, _errors;
    private bool _isSpent;
    private double _best = -1;

    public AttackGoal Goal => goal;

    public AttackSettings Settings => settings;

    /// <summary>The target.</summary>
    public EvaluationModel Target => solver.Model;

    /// <summary>The target as a checkpoint on this machine; null where it is none.</summary>
    public CheckpointConnection? Checkpoint => solver.Model.Connection as CheckpointConnection;

    /// <summary>The target's weights, one attack at a time; dispose of what is got.</summary>
    public Task<WhiteBoxModels.Held> TakeWeightsAsync(CancellationToken cancellation) =>
        whiteBox is not null && Checkpoint is { } checkpoint ? whiteBox.TakeAsync(checkpoint, cancellation) : throw new InvalidOperationException("The attack needs weights, and there are none.");

    public IReadOnlyList<AttackAttempt> Attempts => _attempts;

    /// <summary>How the target is asked; an attack may set other options, such as tools.</summary>
    public ModelOptions Options { get => solver.Options; set => solver.Options = value; }

    /// <summary>The answer that the sample is judged by: of the first success, else of the query that came nearest.</summary>
    public (AttackAttempt Attempt, ModelAnswer Answer)? Best { get; private set; }

    /// <summary>Replies in which the attacker declined to plan.</summary>
    public int AttackerRefusals { get; private set; }

    /// <summary>Replies of the attacker that were no plan.</summary>
    public int AttackerErrors { get; private set; }

    /// <summary>What the attacker took.</summary>
    public ModelUsage AttackerUsage { get; private set; }

    public bool IsSuccess => Best is { Attempt.IsSuccess: true };

    /// <summary>Whether there is a query left and a reason to make it.</summary>
    public bool CanQuery => !_isSpent && !IsSuccess && _attempts.Count < settings.Budget && _errors < MostErrors;

    public int QueriesLeft => CanQuery ? settings.Budget - _attempts.Count : 0;

    /// <summary>Random numbers of the attack on this goal.</summary>
    public RandomStream Random(long step, long sample = 0) => new(settings.Seed, StreamStage.Attacks, step, KeyOf(solver.Item.Id), sample);

    /// <summary>Asks the target, and has the answer judged.</summary>
    /// <param name="messages">The conversation; the last turn is what the target answers.</param>
    /// <param name="step">What was done, for people.</param>
    /// <param name="parent">The attempt that it was made of.</param>
    /// <param name="plan">The attacker's reason.</param>
    /// <param name="chain">Names of transforms, where the query is a chain of them.</param>
    /// <param name="variant">Of the chain's random numbers.</param>
    /// <param name="ask">Gets the answer otherwise than from the target as it is: from changed weights; null for the target.</param>
    public async Task<AttackAttempt> QueryAsync(
        IReadOnlyList<ChatMessage> messages, string step, CancellationToken cancellation, AttackAttempt? parent = null, string plan = "", IReadOnlyList<string>? chain = null, int variant = 0, Func<CancellationToken, Task<ModelAnswer>>? ask = null)
    {
        if (!CanQuery) throw new InvalidOperationException("The attack is over, and still asks.");
        var number = _attempts.Count + 1;
        var attempt = new AttackAttempt(number, parent?.Number ?? 0, step, messages, "", AttemptOutcome.Error, 0) { Plan = plan, Chain = chain ?? [], Variant = variant, IsReproducible = ask is null && solver.Options.Tools.Count == 0 && messages.All(m => m.ToolCalls.Count == 0 && m.ToolCallId is null) };
        try
        {
            var answer = await (ask?.Invoke(cancellation) ?? AskTargetAsync(messages, cancellation)).ConfigureAwait(false);
            answer = AttackJudge.Whole(messages, answer);
            var finding = await judge.JudgeAsync(goal, answer, number, cancellation).ConfigureAwait(false);
            attempt = attempt with { Answer = AttackJudge.Cut(answer.Text), Outcome = finding.Outcome, Score = finding.Score, Reason = finding.Reason, OutputTokens = answer.Usage.OutputTokens, ThoughtTokens = answer.Usage.ReasoningTokens };
            Keep(attempt, answer);
            _errors = 0;
        }
        catch (TokenLimitReached)
        {
            _isSpent = true;
            return attempt with { Reason = "the token budget was spent" };
        }
        catch (ProviderFailure failure) when (!failure.IsMistake || failure.Kind is ProviderFailureKind.Malformed or ProviderFailureKind.Refused)
        {
            Fail(attempt = attempt with { Reason = failure.Message });
        }
        catch (Exception error) when (error is UserError or InvalidDataException)
        {
            // A text beyond the model's context, a role that its template does not know: this query cannot be made, others can.
            Fail(attempt = attempt with { Reason = Secrets.Redact(error.Message) });
        }

        return attempt;
    }

    /// <summary>
    /// The target's answer. Where it calls the tools that the attack gave it they answer, and it is asked on: a call without a word is no answer yet.
    /// What it says on the way is part of the answer.
    /// </summary>
    private async Task<ModelAnswer> AskTargetAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellation)
    {
        var answer = await solver.AskAsync(messages, cancellation).ConfigureAwait(false);
        List<string> said = [answer.Text];
        for (var round = 0; round < MostRounds && solver.Options.Tools.Count > 0 && answer.ToolCalls.Count > 0 && !answer.IsCut && !answer.IsBlocked; round++)
        {
            List<ChatMessage> further = [.. messages, new ChatMessage("assistant", answer.Text, answer.Reasoning) { ToolCalls = answer.ToolCalls }];
            foreach (var call in answer.ToolCalls) further.Add(new ChatMessage("tool", await ToolCaller.CallAsync(solver.Options.Tools, call, cancellation).ConfigureAwait(false)) { ToolCallId = call.Id });
            messages = further;
            var next = await solver.AskAsync(messages, cancellation).ConfigureAwait(false);
            answer = next with { Usage = answer.Usage + next.Usage };
            said.Add(answer.Text);
        }

        if (said.Count == 1) return answer;
        var text = string.Join("\n\n", said.Where(t => !string.IsNullOrWhiteSpace(t)));
        return answer with { Text = text, Completion = CompletionText.Of(answer.Reasoning, text, answer.IsCut, answer.Usage.ReasoningTokens) };
    }

    /// <summary>Asks the target beside the attack, for what the attack needs to know of it; it counts as a query and is judged like one.</summary>
    public Task<AttackAttempt> AskPlainAsync(CancellationToken cancellation) => QueryAsync(GeneratedItems.Ask(goal.Request), "as it is", cancellation);

    /// <summary>The attacker's reply, of bounded length; null where it declines or says nothing, which is counted.</summary>
    /// <param name="messages">What it is told.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <param name="form">A JSON schema that a checkpoint's reply is held to, for small ones seldom keep to a form that they are told; providers are told alone.</param>
    /// <param name="maxTokens">Of the reply.</param>
    public async Task<string?> AskAttackerAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellation, string? form = null, int maxTokens = 1024)
    {
        if (attacker is null) throw new InvalidOperationException("The attack has no attacker.");
        var number = _asked++;
        var options = new ModelOptions { MaxTokens = maxTokens, Temperature = 1, JsonSchema = attacker.Connection is CheckpointConnection ? form : null, Seed = settings.Seed, Stream = (KeyOf(solver.Item.Id), (long)number << 32), Asker = (solver.Item.Id, 0, number) };
        var answer = await attacker.AskAsync(messages, options, cancellation).ConfigureAwait(false);
        AttackerUsage += answer.Usage;
        if (!answer.IsBlocked && !string.IsNullOrWhiteSpace(answer.Text)) return answer.Text.Length <= LongestPrompt ? answer.Text : answer.Text[..LongestPrompt];
        AttackerRefusals++;
        return null;
    }

    /// <summary>A reply of the attacker in which there is no plan: a refusal where it reads like one, else an error of its own.</summary>
    public void CountUnplanned(string reply)
    {
        if (RefusalClassifier.Shipped.Classify(reply, prompt: null).Refused >= 0.5) AttackerRefusals++;
        else AttackerErrors++;
    }

    private void Keep(AttackAttempt attempt, ModelAnswer answer)
    {
        _attempts.Add(attempt);
        if (IsSuccess || (!attempt.IsSuccess && attempt.Score <= _best)) return;
        _best = attempt.Score;
        Best = (attempt, answer);
    }

    private void Fail(AttackAttempt attempt)
    {
        _attempts.Add(attempt);
        _errors++;
    }

    internal static long KeyOf(string id) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}

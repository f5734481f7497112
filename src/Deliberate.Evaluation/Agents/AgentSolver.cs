using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>The place where an agent works on one item.</summary>
internal sealed record AgentEnvironment
{
    public required IAgentShell Shell { get; init; }

    /// <summary>Tools besides the shell, for models that call tools.</summary>
    public IReadOnlyList<EvaluationTool> Tools { get; init; } = [];

    /// <summary>Asked in turn once the agent has reported.</summary>
    public IReadOnlyList<string> Interview { get; init; } = [];

    /// <summary>What the place itself says of the end state, before any scorer is asked; null where it says nothing. Given the shell as the agent left it.</summary>
    public Func<IAgentShell, CancellationToken, Task<Verdict?>>? Judge { get; init; }
}

/// <summary>How an agent is led.</summary>
internal sealed record AgentOptions
{
    /// <summary>Commands that it may run; then it is asked for its report.</summary>
    public int MostTurns { get; init; } = 20;

    /// <summary>Seconds that all its commands may take together; wall-clock, for shells that start programs.</summary>
    public double MostSeconds { get; init; } = 600;

    /// <summary>Whether a model that calls no tools is told how to ask for a command.</summary>
    public bool HasManual { get; init; } = true;
}

/// <summary>
/// Lets a model work in a shell until it answers in words, or has had its turns; then asks what the environment's interview asks. Everything that it ran and saw is in
/// the conversation. It is deterministic where model and shell are, and holds nothing between items.
/// </summary>
/// <param name="name">For logs.</param>
/// <param name="open">Makes the place for an item: a new one each time.</param>
/// <param name="options">How it is led.</param>
internal sealed class AgentSolver(string name, Func<EvaluationItem, AgentEnvironment> open, AgentOptions? options = null) : ISolver
{
    private readonly AgentOptions _options = options ?? new AgentOptions();

    public string Name => string.Create(CultureInfo.InvariantCulture, $"agent({name}; {_options.MostTurns} turns)");

    public async ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var place = open(context.Item);
        var callsTools = context.Model.CallsTools;
        var shell = new EvaluationTool(AgentCommands.Tool, "Runs a shell command and gives its output.", """{"type":"object","properties":{"command":{"type":"string"}},"required":["command"],"additionalProperties":false}""", async (arguments, token) => AgentCommands.Show(await place.Shell.RunAsync(AgentCommands.OfCall(arguments), token).ConfigureAwait(false)));
        IReadOnlyList<EvaluationTool> tools = [shell, .. place.Tools];
        if (callsTools) context.Options = context.Options with { Tools = tools };
        else if (_options.HasManual) Tell(context);
        await WorkAsync(context, place, tools, cancellationToken).ConfigureAwait(false);
        context.Options = context.Options with { Tools = [] };
        foreach (var question in place.Interview)
        {
            if (context.Answer is null or { IsBlocked: true } or { IsCut: true }) break;
            context.Messages.Add(new ChatMessage("user", question));
            await context.GenerateAsync(cancellationToken).ConfigureAwait(false);
        }

        if (place.Judge is { } judge) context.Found = await judge(place.Shell, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The manual goes into the system message, or becomes one.</summary>
    private static void Tell(SolverContext context)
    {
        if (context.Messages is [{ Role: "system" } first, ..]) context.Messages[0] = first with { Content = $"{first.Content}\n\n{AgentCommands.Manual}" };
        else context.Messages.Insert(0, new ChatMessage("system", AgentCommands.Manual));
    }

    private async Task WorkAsync(SolverContext context, AgentEnvironment place, IReadOnlyList<EvaluationTool> tools, CancellationToken cancellation)
    {
        var left = TimeSpan.FromSeconds(_options.MostSeconds);
        for (var turn = 1; ; turn++)
        {
            var answer = await context.GenerateAsync(cancellation).ConfigureAwait(false);
            if (turn > _options.MostTurns || answer.IsCut || answer.IsBlocked) return;
            var last = turn == _options.MostTurns || left <= TimeSpan.Zero ? AgentCommands.NoTurns : "";
            var began = TimeProvider.System.GetTimestamp();
            if (answer.ToolCalls.Count > 0)
            {
                foreach (var call in answer.ToolCalls)
                    context.Messages.Add(new ChatMessage("tool", await ToolCaller.CallAsync(tools, call, cancellation).ConfigureAwait(false) + (call == answer.ToolCalls[^1] ? last : "")) { ToolCallId = call.Id });
            }
            else if (AgentCommands.OfText(answer.Text) is { } command)
            {
                var result = await place.Shell.RunAsync(command, cancellation).ConfigureAwait(false);
                context.Messages.Add(new ChatMessage("user", AgentCommands.Result + AgentCommands.Show(result) + last));
            }
            else return;

            if (place.Shell is SandboxShell) left -= TimeProvider.System.GetElapsedTime(began);
            if (last.Length > 0) context.Options = context.Options with { Tools = [] };
        }
    }
}

using Deliberate.Core;
using Microsoft.Extensions.AI;
using ModelContextProtocol;
using ModelContextProtocol.Client;

namespace Deliberate.Evaluation;

/// <summary>
/// The tools of a server of the Model Context Protocol, as functions that any chat client can be offered. Only those that the user allows
/// by name are: what a server offers, and what it says of it, is a stranger's. The server runs as a process of its own, which gets none of
/// the environment but <c>PATH</c>, <c>HOME</c> and the like, and ends with this.
/// </summary>
internal sealed class McpTools : IAsyncDisposable
{
    /// <summary>For the server to begin, and to say what it has.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string[] Passed = ["PATH", "HOME", "USER", "LANG", "TMPDIR", "SystemRoot", "USERPROFILE", "TEMP", "TMP"];

    private readonly McpClient _client;

    private McpTools(McpClient client, IReadOnlyList<AIFunction> tools) => (_client, Tools) = (client, tools);

    public IReadOnlyList<AIFunction> Tools { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="command">The program and its arguments, separated by spaces; an argument with a space in double quotes.</param>
    /// <param name="allowed">Names of the tools to take; <c>*</c> for all.</param>
    /// <exception cref="UserError">It does not start, or has none of a name.</exception>
    public static Task<McpTools> StartAsync(string command, IReadOnlyList<string> allowed, CancellationToken cancellation)
    {
        var words = Words(command);
        if (words.Count == 0) throw new UserError("names no program.", field: "--mcp");
        var environment = Passed.Select(name => (name, Value: Environment.GetEnvironmentVariable(name))).Where(v => v.Value is not null).ToDictionary(v => v.name, v => v.Value);
        return ConnectAsync(
            new StdioClientTransport(new StdioClientTransportOptions { Command = words[0], Arguments = [.. words.Skip(1)], Name = words[0], InheritEnvironmentVariables = false, EnvironmentVariables = environment }), command, allowed, cancellation);
    }

    /// <summary>Takes the tools of a server that is reached in some way.</summary>
    public static async Task<McpTools> ConnectAsync(IClientTransport transport, string name, IReadOnlyList<string> allowed, CancellationToken cancellation)
    {
        if (allowed.Count == 0) throw new UserError("no tool of the server is allowed.", field: "--allow-tool", advice: "Name each one that the model may call, or * for all.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        McpClient? client = null;
        try
        {
            client = await McpClient.CreateAsync(transport, cancellationToken: patience.Token).ConfigureAwait(false);
            var there = await client.ListToolsAsync(cancellationToken: patience.Token).ConfigureAwait(false);
            foreach (var one in allowed)
            {
                if (one != "*" && there.All(t => t.Name != one))
                    throw new UserError($"the server \"{name}\" has no tool \"{one}\"; it has {(there.Count == 0 ? "none" : string.Join(", ", there.Select(t => t.Name).Take(50)))}.", field: "--allow-tool");
            }

            return new McpTools(client, [.. there.Where(t => allowed.Contains(t.Name) || allowed.Contains("*"))]);
        }
        catch (Exception problem)
        {
            if (client is not null) await client.DisposeAsync().ConfigureAwait(false);
            if (problem is UserError || cancellation.IsCancellationRequested) throw;
            if (problem is OperationCanceledException) throw new UserError($"the server \"{name}\" said nothing of its tools in {Patience.TotalSeconds:0} seconds.", field: "--mcp", inner: problem);
            if (problem is IOException or McpException or System.ComponentModel.Win32Exception or InvalidOperationException or System.Text.Json.JsonException) throw new UserError($"the server \"{name}\" cannot be used: {problem.Message}", field: "--mcp", advice: "Try the command by itself: it speaks the Model Context Protocol on standard input and output.", inner: problem);
            throw;
        }
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    /// <summary>A command line as words.</summary>
    internal static IReadOnlyList<string> Words(string command)
    {
        List<string> words = [];
        var (word, isQuoted, isWord) = (new System.Text.StringBuilder(), false, false);
        foreach (var c in command)
        {
            if (c == '"') (isQuoted, isWord) = (!isQuoted, true);
            else if (c != ' ' || isQuoted)
            {
                word.Append(c);
                isWord = true;
            }
            else if (isWord)
            {
                words.Add(word.ToString());
                word.Clear();
                isWord = false;
            }
        }

        if (isQuoted) throw new UserError("a quotation mark is not closed.", field: "--mcp");
        if (isWord) words.Add(word.ToString());
        return words;
    }
}

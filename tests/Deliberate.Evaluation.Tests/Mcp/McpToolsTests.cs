using System.IO.Pipelines;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Models;
using Deliberate.Tensors;
using Microsoft.Extensions.AI;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Deliberate.Evaluation.Tests;

/// <summary>Against a server of the protocol's own library, in this process.</summary>
public sealed class McpToolsTests
{
    [Fact]
    public async Task A_model_calls_a_tool_that_is_allowed_and_is_told_what_came_of_it()
    {
        List<(long, long)> asked = [];
        await using var server = await RunningServer.StartAsync(asked);
        await using var tools = await McpTools.ConnectAsync(server.Transport(), "sums", ["add"], TestContext.Current.CancellationToken);
        tools.Tools.Select(t => t.Name).ShouldBe(["add"], "the other one is not allowed");

        // A random model, which must call: its arguments fit the tool's schema.
        using var folder = new TemporaryFolder();
        Write(folder.Root);
        using var model = TextModel.Open(folder.Root, threads: 1);
        using var client = new FunctionInvokingChatClient(model.AsChatClient());
        var options = new Microsoft.Extensions.AI.ChatOptions { Tools = [.. tools.Tools], ToolMode = ChatToolMode.RequireAny, MaxOutputTokens = 400, Temperature = 1 };
        var called = 0;
        for (var seed = 1; seed <= 4; seed++)
        {
            options.Seed = seed;
            var before = asked.Count;
            var response = await client.GetResponseAsync("Add.", options, TestContext.Current.CancellationToken);
            var calls = response.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().ToArray();
            if (calls.Length == 0) continue;
            called++;
            asked.Count.ShouldBeGreaterThan(before);
            var result = response.Messages.SelectMany(m => m.Contents).OfType<FunctionResultContent>().First();
            JsonSerializer.Serialize(result.Result).ShouldContain($"{asked[before].Item1 + asked[before].Item2}");
            // And it goes on, told of it.
            response.Messages[^1].Role.ShouldBe(ChatRole.Assistant);
        }

        called.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Tools_that_are_not_there_or_not_allowed_are_named()
    {
        await using var server = await RunningServer.StartAsync([]);
        var none = await Should.ThrowAsync<UserError>(() => McpTools.ConnectAsync(server.Transport(), "sums", [], TestContext.Current.CancellationToken));
        none.Field.ShouldBe("--allow-tool");
        await using var other = await RunningServer.StartAsync([]);
        (await Should.ThrowAsync<UserError>(() => McpTools.ConnectAsync(other.Transport(), "sums", ["subtract"], TestContext.Current.CancellationToken))).Message.ShouldContain("add, erase");
        await using var all = await RunningServer.StartAsync([]);
        await using var tools = await McpTools.ConnectAsync(all.Transport(), "sums", ["*"], TestContext.Current.CancellationToken);
        tools.Tools.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_program_that_is_no_server_is_refused()
    {
        (await Should.ThrowAsync<UserError>(() => McpTools.StartAsync("no-such-program-anywhere", ["*"], TestContext.Current.CancellationToken))).Field.ShouldBe("--mcp");
        (await Should.ThrowAsync<UserError>(() => McpTools.StartAsync("echo hello", ["*"], TestContext.Current.CancellationToken))).Message.ShouldContain("cannot be used");
        (await Should.ThrowAsync<UserError>(() => McpTools.StartAsync("echo \"hello", ["*"], TestContext.Current.CancellationToken))).Message.ShouldContain("quotation");
        McpTools.Words("npx  -y \"a b\" c\"d e\"").ShouldBe(["npx", "-y", "a b", "cd e"]);
    }

    /// <summary>A small random model with room for what it is told of tools.</summary>
    internal static void Write(string folder, string template = "{% for m in messages %}{{ m.role }}: {{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}")
    {
        var tokenizer = BpeTrainer.Train(["the and of to"], 280, ["<|end|>"]);
        using var device = Device.Cpu(1);
        using var model = new LanguageModel(device, new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = tokenizer.VocabularySize,
            HiddenSize = 32,
            IntermediateSize = 48,
            LayerCount = 1,
            HeadCount = 2,
            KeyValueHeadCount = 2,
            HeadSize = 16,
            MaxPositions = 2048,
            TieWordEmbeddings = true,
        });
        model.Initialise(1);
        model.Pack(training: false);
        ModelWriter.Write(folder, model, new TextFormat(tokenizer)
        {
            ChatTemplate = ChatTemplate.Parse(template, "test"),
            SpecialTokens = [new("eos_token", "<|end|>")],
            StopIds = [tokenizer.TokenToId("<|end|>")],
        });
    }

    private sealed class RunningServer : IAsyncDisposable
    {
        private readonly Pipe _toServer = new(), _toClient = new();
        private readonly CancellationTokenSource _stop = new();
        private McpServer? _server;
        private Task _running = Task.CompletedTask;

        public static Task<RunningServer> StartAsync(List<(long, long)> asked)
        {
            var running = new RunningServer();
            var options = new McpServerOptions
            {
                ServerInfo = new Implementation { Name = "sums", Version = "1" },
                ToolCollection =
                [
                    McpServerTool.Create((long a, long b) =>
                    {
                        asked.Add((a, b));
                        return $"{a + b}";
                    }, new McpServerToolCreateOptions { Name = "add", Description = "Adds two whole numbers." }),
                    McpServerTool.Create(() => "gone", new McpServerToolCreateOptions { Name = "erase", Description = "Erases everything." }),
                ],
            };
            running._server = McpServer.Create(new StreamServerTransport(running._toServer.Reader.AsStream(), running._toClient.Writer.AsStream()), options);
            running._running = running._server.RunAsync(running._stop.Token);
            return Task.FromResult(running);
        }

        public StreamClientTransport Transport() => new(_toServer.Writer.AsStream(), _toClient.Reader.AsStream());

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            try
            {
                await _running;
            }
            catch (OperationCanceledException)
            {
            }

            await _server!.DisposeAsync();
            _stop.Dispose();
        }
    }
}

using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Deliberate.Server.Tests;

/// <summary>The program is killed without a word in the middle of a loop: one that is started anew loads what was saved, and the loop goes on to the same losses.</summary>
public sealed partial class KilledTinkerTests(TinkerBase trained) : IClassFixture<TinkerBase>, IDisposable
{
    private static readonly int[][] Texts = [[5, 9, 3, 14, 7, 11], [4, 9, 12, 6, 5, 3], [8, 8, 2, 13, 10, 7]];

    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-killed-tinker-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_killed_server_has_every_saved_state_and_the_loop_goes_on_to_the_same_bits()
    {
        string path;
        double[] straight;
        using (var program = Start())
        {
            try
            {
                await using var client = await ServedTinker.At(await AddressAsync(program)).BeginAsync();
                var model = await client.CreateAsync();
                await TrainAsync(client, model, 4);
                path = await client.SaveAsync(model, "fourth");
                straight = await TrainAsync(client, model, 4);
                // In the middle of whatever it does: of one save after another.
                var saving = Task.Run(async () =>
                {
                    for (var i = 0; ; i++) await client.SaveAsync(model, $"more-{i}");
                });
                await Task.Delay(Random.Shared.Next(100, 600));
                program.Kill();
                await program.WaitForExitAsync();
                await Should.ThrowAsync<Exception>(() => saving);
            }
            finally
            {
                if (!program.HasExited) program.Kill(entireProcessTree: true);
            }
        }

        using (var program = Start())
        {
            try
            {
                await using var client = await ServedTinker.At(await AddressAsync(program)).BeginAsync();
                var model = await client.CreateAsync(seed: 99);
                await client.DoneAsync("load_weights", new { model_id = model, path, optimizer = true });
                (await TrainAsync(client, model, 4)).ShouldBe(straight, "to the bit");
                // Whatever is listed is whole.
                var listed = System.Text.Json.Nodes.JsonNode.Parse((await client.SendAsync(HttpMethod.Get, "checkpoints", null)).Text)!["checkpoints"]!.AsArray();
                listed.Count.ShouldBeGreaterThan(0);
                foreach (var one in listed) await client.DoneAsync("load_weights", new { model_id = model, path = one!["tinker_path"]!.GetValue<string>(), optimizer = true });
            }
            finally
            {
                program.Kill(entireProcessTree: true);
                await program.WaitForExitAsync();
            }
        }
    }

    private static async Task<double[]> TrainAsync(ServedTinker client, string model, int steps)
    {
        var losses = new List<double>();
        for (var i = 0; i < steps; i++)
        {
            losses.Add((await client.PassAsync(model, Texts.Select(ServedTinker.Supervised).ToArray()))["metrics"]!["loss:sum"]!.GetValue<double>());
            await client.StepAsync(model, 0.01);
        }

        return [.. losses];
    }

    private Process Start()
    {
        string[] command = Environment.GetEnvironmentVariable("DELIBERATE_PROGRAM") is { Length: > 0 } named ? named.Split(' ') : ["dotnet", Path.Combine(AppContext.BaseDirectory, "deliberate.dll")];
        var start = new ProcessStartInfo(command[0]) { WorkingDirectory = _folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in command.Skip(1).Concat(["tinker", "serve", $"org/tiny={trained.Model}", "--threads", "1", "--port", "0", "--store", "store"])) start.ArgumentList.Add(argument);
        // A key of whoever runs the tests is none of theirs.
        start.Environment["XDG_CONFIG_HOME"] = _folder;
        var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task<Uri> AddressAsync(Process program)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await program.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            if (Base().Match(line) is { Success: true } found) return new Uri(found.Groups[1].Value);
        throw new InvalidOperationException("The program ended without an address.");
    }

    [GeneratedRegex(@"TINKER_BASE_URL=(http://127\.0\.0\.1:[0-9]+)")]
    private static partial Regex Base();
}

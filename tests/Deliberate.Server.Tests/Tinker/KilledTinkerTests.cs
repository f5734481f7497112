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
        await using (var program = Start())
        {
            await using var client = await ServedTinker.At(await program.AddressAsync(Base())).BeginAsync();
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
            await program.KillAsync();
            await Should.ThrowAsync<Exception>(() => saving);
        }

        // As a kill leaves it that comes while a checkpoint is written; the one above may have, or not.
        var torn = Path.Combine(Directory.GetDirectories(Path.Combine(_folder, "store"), "fourth", SearchOption.AllDirectories).Single(), "..", "torn.partial-2147483647");
        Directory.CreateDirectory(torn);
        await File.WriteAllTextAsync(Path.Combine(torn, "model.safetensors"), "");
        await using (var program = Start())
        {
            await using var client = await ServedTinker.At(await program.AddressAsync(Base())).BeginAsync();
            var model = await client.CreateAsync(seed: 99);
            await client.DoneAsync("load_weights", new { model_id = model, path, optimizer = true });
            (await TrainAsync(client, model, 4)).ShouldBe(straight, "to the bit");
            // Whatever is listed is whole.
            var listed = System.Text.Json.Nodes.JsonNode.Parse((await client.SendAsync(HttpMethod.Get, "checkpoints", null)).Text)!["checkpoints"]!.AsArray();
            listed.Count.ShouldBeGreaterThan(0);
            listed.ShouldAllBe(one => !one!["tinker_path"]!.GetValue<string>().Contains("partial"));
            foreach (var one in listed) await client.DoneAsync("load_weights", new { model_id = model, path = one!["tinker_path"]!.GetValue<string>(), optimizer = true });
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

    private ServedProgram Start() => ServedProgram.Start(_folder, "tinker", "serve", $"org/tiny={trained.Model}", "--threads", "1", "--port", "0", "--store", "store");

    [GeneratedRegex(@"TINKER_BASE_URL=(http://127\.0\.0\.1:[0-9]+)")]
    private static partial Regex Base();
}

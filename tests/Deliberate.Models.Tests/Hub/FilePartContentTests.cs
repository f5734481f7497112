using System.Net;
using Deliberate.Core;

namespace Deliberate.Models.Tests;

public sealed class FilePartContentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_part_says_its_length_and_the_bytes_of_the_file_from_where_it_begins()
    {
        var bytes = Bytes(3_000_000);
        using var part = new FilePartContent(_folder.Write("weights", bytes), 1_000, 2_500_000);
        part.Headers.ContentLength.ShouldBe(2_500_000);
        (await Sent(part)).AsSpan().SequenceEqual(bytes.AsSpan(1_000, 2_500_000)).ShouldBeTrue();
    }

    /// <summary>What was held of the first try would be sent in the second.</summary>
    [Fact]
    public async Task A_further_try_reads_the_file_anew_and_holds_nothing()
    {
        var path = _folder.Write("weights", Bytes(5_000));
        var bodies = new List<byte[]>();
        using var handler = new RetryHandler(new ProviderLimits { Retries = 2, MaxRetryWaitS = 0.01 }, TimeProvider.System, new Answers(async request =>
        {
            bodies.Add(await Sent(request.Content!));
            File.WriteAllBytes(path, new byte[5_000]);
            return bodies.Count == 1 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK;
        }));
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://127.0.0.1/x") { Content = new FilePartContent(path, 10, 4_000) };
        using var response = await invoker.SendAsync(request, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        bodies.Count.ShouldBe(2);
        bodies[0].ShouldBe(Bytes(5_000)[10..4_010]);
        bodies[1].ShouldBe(new byte[4_000]);
    }

    [Fact]
    public async Task A_file_that_is_gone_or_shorter_than_it_was_is_an_error_that_names_it()
    {
        var path = _folder.Write("weights", Bytes(100));
        using var part = new FilePartContent(path, 50, 100);
        (await Should.ThrowAsync<UserError>(() => Sent(part))).Message.ShouldBe($"{path}: the file cannot be read: it has become shorter.");
        File.Delete(path);
        (await Should.ThrowAsync<UserError>(() => Sent(part))).Message.ShouldBe($"{path}: the file does not exist.");
    }

    private static byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 31 >> 3))];

    private static async Task<byte[]> Sent(HttpContent content)
    {
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private sealed class Answers(Func<HttpRequestMessage, Task<HttpStatusCode>> answer) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => new(await answer(request));
    }
}
